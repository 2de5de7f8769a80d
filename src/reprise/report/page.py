"""``model_comparison.html``: one file with everything in it, readable without a network."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plotly.io import to_html
from plotly.offline import get_plotlyjs

from reprise.report.charts import agreement_chart, captures_chart, latent_chart, learning_chart
from reprise.report.comparison import ORDERED, Comparison, expected
from reprise.report.contestant import Result
from reprise.report.findings import PARADOX, TRAININGS, number, pair_rows, pair_text, training_rows, verdict
from reprise.report.listening import Listening
from reprise.report.markdown import CAPTURES, READING
from reprise.report.sounds import embedded, sounds

if TYPE_CHECKING:
    from reprise.evaluation.reference import Reference

STYLE = """
:root { color-scheme: light; --line: #e3e3e3; --muted: #6b6b6b; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1240px; padding: 1.5rem; color: #1d1d1d; background: #fff; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .4rem; }
p { max-width: 75ch; } .muted { color: var(--muted); } .scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .85rem; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; vertical-align: top; }
th { white-space: normal; vertical-align: bottom; } .text, th:first-child, td:first-child { text-align: left; }
td.long { white-space: normal; min-width: 8.5rem; } .plotly-graph-div { margin: 1.4rem 0; }
th button { font: inherit; font-weight: 600; border: 0; background: none; padding: 0; cursor: pointer; color: inherit; }
th[aria-sort="ascending"] button::after { content: " ▲"; } th[aria-sort="descending"] button::after { content: " ▼"; }
tbody tr:hover { background: #f6f8fb; } img { max-width: 100%; } audio { height: 2rem; width: 13rem; vertical-align: middle; }
.interval { color: var(--muted); font-size: .8em; } table.sortable .interval { display: block; line-height: 1.1; }
nav { display: flex; flex-wrap: wrap; gap: .4rem; margin: .6rem 0; }
nav button { font: inherit; padding: .25rem .7rem; border: 1px solid var(--line); border-radius: 999px; background: #fff; cursor: pointer; }
nav button[aria-pressed="true"] { background: #4477aa; border-color: #4477aa; color: #fff; }
""".strip()

SCRIPT = """
document.querySelectorAll("table.sortable").forEach(table => {
  table.querySelectorAll("th button").forEach((button, column) => button.addEventListener("click", () => {
    const head = button.parentElement, down = head.getAttribute("aria-sort") !== "descending";
    table.querySelectorAll("th").forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0], sign = down ? -1 : 1;
    const key = row => { const v = row.cells[column].dataset.value; return v === "" ? null : isNaN(v) ? v : Number(v); };
    [...body.rows].sort((a, b) => {
      const x = key(a), y = key(b);
      if (x === null || y === null) return (x === null) - (y === null);
      return x < y ? -sign : x > y ? sign : 0;
    }).forEach(row => body.append(row));
  }));
});
document.querySelectorAll("nav[data-group]").forEach(nav => {
  const show = name => {
    nav.querySelectorAll("button").forEach(b => b.setAttribute("aria-pressed", b.dataset.name === name));
    document.querySelectorAll(`[data-panel="${nav.dataset.group}"]`).forEach(panel => {
      panel.hidden = panel.dataset.name !== name;
      if (!panel.hidden) panel.querySelectorAll(".js-plotly-plot").forEach(plot => Plotly.Plots.resize(plot));
    });
  };
  nav.querySelectorAll("button").forEach(b => b.addEventListener("click", () => show(b.dataset.name)));
  show(nav.querySelector("button").dataset.name);
});
""".strip()

LONGEST = 26
"""Characters of a cell that stay on one line."""

COLUMNS = {
    "ami": "AMI",
    "ari": "ARI",
    "nmi": "NMI",
    "purity": "purity",
    "accuracy": "accuracy",
}


def page(comparison: Comparison, reference: Reference, seed: int, heard: Listening, paradox: Path) -> str:
    """Return the page as HTML; the same comparison gives the same bytes.

    Parameters
    ----------
    comparison
        What was measured.
    reference
        Labels, for the colours of the maps.
    seed
        Seed of the maps.
    heard
        Sounds of reconstructions.
    paradox
        The figure of conditional models, already written.
    """
    attribute = comparison.attribute
    body = [
        "<h1>Model comparison</h1>",
        f"<p class='muted'>{len(reference.track_ids)} tracks, K-Means, {len(comparison.results[0].clusters)} clustering seeds</p>",
        f"<p>{html.escape(READING).replace('*Labels*', '<em>Labels</em>')}</p>",
        _verdict(comparison),
    ]
    for name in ORDERED:
        if name in comparison.missing:
            body.append(
                f"<h2>Agreement with {name}</h2><p>Not available: {html.escape(comparison.missing[name])}.</p>"
            )
        else:
            body += [f"<h2>Agreement with {name}</h2>", _table(comparison, name)]
            body.append(_figure(agreement_chart(comparison, name), f"agreement-{name}"))
    body += [_trainings(comparison), _expected(comparison)]
    body += [
        f"<h2>What the clusters capture</h2><p>{CAPTURES}</p>",
        _figure(captures_chart(comparison), "captures"),
    ]
    body.append(_paradox(comparison, paradox))
    body += [sounds(heard), "<h2>Latent maps</h2>"]
    classes = reference.classes[attribute].tolist() if attribute else [""] * len(reference.track_ids)
    maps = [
        (r.contestant.name, _figure(latent_chart(r, classes, attribute or "tracks", seed), f"map-{place}"))
        for place, r in enumerate(comparison.results)
    ]
    body.append(_panels("maps", maps))
    curves = [
        (r.contestant.name, _figure(learning_chart(r), f"curve-{place}"))
        for place, r in enumerate(comparison.results)
        if len(r.contestant.history) > 1
    ]
    if curves:
        body += ["<h2>Learning curves</h2>", _panels("curves", curves)]
    body.append(_absent(comparison))
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'><title>Model comparison</title>"
        f"<style>{STYLE}</style><script>{get_plotlyjs()}</script></head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + f"\n<script>{SCRIPT}</script>\n</body></html>\n"
    )


def _figure(figure: Any, identity: str) -> str:
    text: str = to_html(
        figure,
        full_html=False,
        include_plotlyjs=False,
        div_id=identity,
        config={"displaylogo": False, "responsive": True},
    )
    return text


def _verdict(comparison: Comparison) -> str:
    first, *rest = (html.escape(sentence) for sentence in verdict(comparison))
    return f"<p><strong>{first}</strong></p>" + "".join(f"<p>{sentence}</p>" for sentence in rest)


def _trainings(comparison: Comparison) -> str:
    header, rows = training_rows(comparison)
    return (
        f"<h2>Over several trainings</h2><p>{html.escape(TRAININGS)}</p>{_texts(header, rows)}"
        if rows
        else ""
    )


def _paradox(comparison: Comparison, figure: Path) -> str:
    if not comparison.pairs:
        return ""
    source = embedded("image/png", figure.read_bytes())
    parts = [
        f"<h2>The paradox of conditional models</h2><p>{html.escape(PARADOX)}</p><img alt='' src='{source}'>"
    ]
    for pair in comparison.pairs:
        parts += [f"<p>{html.escape(pair_text(pair))}</p>", _texts(*pair_rows(pair))]
    return "\n".join(parts)


def _texts(header: list[str], rows: list[list[str]]) -> str:
    return _html_table(header, [[_text(cell) for cell in row] for row in rows])


def _table(comparison: Comparison, attribute: str) -> str:
    header = ["representation", "labels used", "tracks", *COLUMNS.values(), "silhouette", "linear probe", "kNN probe", "live units", "dimensions", "parameters"]  # fmt: skip
    scored = [result for result in comparison.results if (attribute, result.scope) in result.scores]
    scored.sort(key=lambda result: -result.scores[attribute, result.scope]["ami"].tracks.value)
    return _html_table(header, [_cells(result, attribute) for result in scored])


def _cells(result: Result, attribute: str) -> list[str]:
    scores, contestant = result.scores[attribute, result.scope], result.contestant
    probe = result.metrics["probe"][attribute]
    cells = [_text(contestant.name), _text(contestant.labels_used), _text(result.scope)]
    for metric in COLUMNS:
        estimate = scores[metric]
        low, high = estimate.tracks.low, estimate.tracks.high
        cells.append(
            f"<td data-value='{estimate.tracks.value:.6g}' title='chance {estimate.chance:.3f}, 97.5 % {estimate.chance_high:.3f}'>"
            f"{estimate.tracks.value:.3f} <span class='interval'>{low:.2f}–{high:.2f}</span></td>"
        )
    values = [
        result.metrics["silhouette"].get("value"),
        probe.get("linear", {}).get("value"),
        probe.get("knn", {}).get("value"),
    ]
    counts = [result.metrics["live_units"], contestant.latents.shape[1], contestant.parameters]
    return cells + [_number(value) for value in values] + [_count(value) for value in counts]


def _expected(comparison: Comparison) -> str:
    rows = [
        [
            _text(result.contestant.name),
            _text(metric),
            _text(str(quoted)),
            _number(value),
            _text(quoted.compare(value)),
        ]
        for result in comparison.results
        for metric, quoted, value in expected(result)
    ]
    if not rows:
        return ""
    header = ["model", "score", "expected", "measured", "measured is"]
    return "<h2>What the designs expected</h2>" + _html_table(header, rows)


def _absent(comparison: Comparison) -> str:
    if not comparison.absent:
        return ""
    rows = [[_text(absentee.name), _text(absentee.why)] for absentee in comparison.absent]
    return "<h2>Not available on this dataset</h2>" + _html_table(["model", "why"], rows)


def _html_table(header: list[str], rows: list[list[str]]) -> str:
    kinds = [" class='text'" if cell.startswith("<td class") else "" for cell in rows[0]] if rows else []
    head = "".join(
        f"<th scope='col'{kind}><button>{html.escape(name)}</button></th>"
        for name, kind in zip(header, kinds, strict=True)
    )
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<div class='scroll'><table class='sortable'><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>"


def _text(value: str) -> str:
    escaped = html.escape(value, quote=True)
    kind = "text long" if len(value) > LONGEST else "text"
    return f'<td class="{kind}" data-value="{escaped}">{escaped}</td>'


def _number(value: float | None) -> str:
    return f"<td data-value='{'' if value is None else f'{value:.6g}'}'>{number(value)}</td>"


def _count(value: int | None) -> str:
    return f"<td data-value='{'' if value is None else value}'>{'–' if value is None else f'{value:,}'}</td>"


def _panels(group: str, panels: list[tuple[str, str]]) -> str:
    buttons = "".join(
        f"<button data-name='{html.escape(name)}'>{html.escape(name)}</button>" for name, _ in panels
    )
    blocks = "\n".join(
        f"<div data-panel='{group}' data-name='{html.escape(name)}'>{block}</div>" for name, block in panels
    )
    return f"<nav data-group='{group}'>{buttons}</nav>\n{blocks}"
