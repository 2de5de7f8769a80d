// What the run measured: models side by side, the audit, and the headline results.

import { api, clear, count, el, number } from "./dom.js";
import { problem } from "./pieces.js";
import { link, one } from "./route.js";

const MEASURES = { "genre.ami": "AMI with genre", "genre.ari": "ARI with genre", "genre.nmi": "NMI with genre", "genre.purity": "purity", "genre.accuracy": "accuracy", "language.ami": "AMI with language", silhouette: "silhouette", gain_over_hand_made: "gain over hand-made features (AMI)" };

export async function models(main, state, view, given) {
  const page = el("div", { class: "page" }, el("h1", {}, "Models compared"));
  clear(main, page);
  let found;
  try { found = await api("models"); } catch (error) { page.append(problem(error)); return; }
  if (!found.available) { page.append(el("p", { class: "empty" }, "This run has no comparison (metrics/compare.json).")); return; }
  const measure = MEASURES[one(given, "measure")] ? one(given, "measure") : "genre.ami";
  const select = el("select", { id: "measure", onchange: () => { location.hash = link("models", { measure: select.value }); } }, Object.entries(MEASURES).map(([name, text]) => el("option", { value: name, selected: name === measure }, text)));
  const rows = found.models.map((model) => ({ ...model, found: measure.split(".").reduce((at, key) => at?.[key], model) })).filter((model) => model.found && model.found.value !== null).sort((first, second) => second.found.value - first.found.value);
  page.append(
    el("p", { class: "lead" }, `Every model on the same footing: ${found.method}, k = ${found.k}. The line is the 95 % interval over artists, the dashed mark is chance. Models that are given labels are judged on test tracks alone. ★ feeds the map.`),
    el("p", { class: "row" }, el("label", { for: "measure", class: "soft small" }, "Measure"), select),
    el("div", { class: "card scroll" }, dots(rows)), table(found.models),
    found.page ? el("div", {}, el("h2", {}, "The whole comparison"), el("p", { class: "soft" }, "With latent maps, learning curves and sounds, as the run wrote it. It runs in a frame of its own, shut off from this page. ", el("a", { href: found.page, target: "_blank", rel: "noopener" }, "Open it alone")), el("iframe", { class: "whole", src: found.page, sandbox: "allow-scripts", loading: "lazy", title: "The whole comparison of models" })) : null);
}

function dots(rows) {
  const height = 27, left = 190, width = 860, right = 70, every = rows.flatMap(({ found }) => [found.value, found.low ?? found.value, found.high ?? found.value, found.chance ?? found.value]);
  const low = Math.min(0, ...every), high = Math.max(...every, low + 0.01), x = (value) => left + ((value - low) / (high - low)) * (width - left - right);
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1, -0.2, -0.4, -0.6].filter((tick) => tick >= low && tick <= high);
  const text = `${rows.length} models by ${rows[0]?.model ?? ""} first: ${rows.slice(0, 4).map((row) => `${row.model} ${number(row.found.value)}`).join(", ")}`;
  return el("svg:svg", { viewBox: `0 0 ${width} ${rows.length * height + 30}`, class: "dots", role: "img", "aria-label": text },
    ticks.map((tick) => [el("svg:line", { class: "axis", x1: x(tick), x2: x(tick), y1: 0, y2: rows.length * height }), el("svg:text", { class: "dim", x: x(tick), y: rows.length * height + 20, "text-anchor": "middle" }, number(tick, 1))]),
    rows.map(({ model, selected, found }, at) => {
      const y = at * height + height / 2;
      return [el("svg:text", { x: left - 14, y: y + 4.5, "text-anchor": "end", class: selected ? "sel" : null }, selected ? `★ ${model}` : model),
        found.low !== null && found.low !== undefined ? el("svg:line", { class: "ci", x1: x(found.low), x2: x(found.high), y1: y, y2: y }) : null,
        found.chance !== null && found.chance !== undefined ? el("svg:line", { class: "chance", x1: x(found.chance), x2: x(found.chance), y1: y - 9, y2: y + 9 }) : null,
        el("svg:circle", { class: "pt", cx: x(found.value), cy: y, r: 5 }), el("svg:text", { class: "dim", x: width - right + 12, y: y + 4.5 }, number(found.value))];
    }));
}

function table(rows) {
  const verdict = (claims, name) => claims.filter((claim) => claim.verdict === name).length;
  return el("div", { class: "scroll" }, el("h2", {}, "What the designs claim of them, tested"), el("table", {}, el("thead", {}, el("tr", {}, ["Model", "Labels used", "Latent size", "Live", "Parameters", "Claims: supported, refuted, undecided"].map((text, at) => el("th", { class: at > 1 && at < 5 ? "n" : null }, text)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, el("td", {}, row.model), el("td", {}, row.labels_used ?? "–"), el("td", { class: "n" }, row.latent_dim ?? "–"), el("td", { class: "n" }, row.live_units ?? "–"), el("td", { class: "n" }, row.parameters ? count(row.parameters) : "–"),
      el("td", {}, row.claims.length ? el("details", { class: "flat" }, el("summary", {}, `${verdict(row.claims, "supported")}, ${verdict(row.claims, "refuted")}, ${verdict(row.claims, "undecided")}`), el("ul", {}, row.claims.map((claim) => el("li", {}, el("b", {}, claim.verdict), `: ${claim.claim}. `, el("span", { class: "soft" }, claim.measure ?? ""))))) : "none"))))));
}

export async function audit(main, state, view, given) {
  const page = el("div", { class: "page" }, el("h1", {}, "Leakage audit"));
  clear(main, page);
  let found;
  try { found = await api("audit"); } catch (error) { page.append(problem(error)); return; }
  if (!found.available) { page.append(el("p", { class: "empty" }, "This run has no audit (metrics/leakage.json).")); return; }
  const { summary } = found, wanted = one(given, "severity"), only = found.checks.filter((check) => !wanted || check.severity === wanted);
  const tile = (name, text) => el("a", { class: "card tile", href: link("audit", { severity: wanted === name ? "" : name }), "aria-current": wanted === name ? "true" : null }, el("b", { class: `sev ${name}` }, count(summary[name] ?? 0)), text);
  page.append(
    el("p", { class: "lead" }, summary.leak ? "The audit found leaks: what is reported of this run is not to be trusted until they are cured." : `No leak was found by ${count(summary.checks ?? 0)} checks. A control is a leak that was planted, and must be found. `, summary.correction ? el("span", { class: "small" }, summary.correction) : null),
    el("div", { class: "tiles" }, tile("leak", "leaks"), tile("warn", "warnings"), tile("control", "planted, found"), tile("skipped", "not asked"), tile("ok", "in order")),
    el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, ["Verdict", "Check", "Of what", "Stage", "Evidence"].map((text) => el("th", {}, text)))),
      el("tbody", {}, only.slice(0, 400).map((check) => el("tr", {}, el("td", { class: `sev ${check.severity}` }, check.severity), el("td", {}, check.check), el("td", { class: "subject" }, check.subject), el("td", {}, check.stage), el("td", { class: "small evidence" }, check.evidence)))))),
    only.length > 400 ? el("p", { class: "soft" }, `and ${count(only.length - 400)} more: choose a verdict above.`) : null);
}

export async function results(main, state) {
  const page = el("div", { class: "page" }, el("h1", {}, "Results of this run"));
  clear(main, page);
  try {
    const found = await api("metrics"), { version } = state;
    page.append(el("p", { class: "lead" }, "No number alone: each with its interval, its chance level, and its peer."),
      el("div", { class: "scroll card" }, el("table", {}, el("thead", {}, el("tr", {}, ["Result", "Value", "Beside it", "File"].map((text) => el("th", {}, text)))), el("tbody", {}, found.headlines.map((line) => el("tr", {}, el("td", {}, line.what), el("td", { class: "figure" }, line.value), el("td", { class: "soft" }, line.beside), el("td", {}, el("code", { class: "small" }, line.file))))))),
      el("h2", { class: "again" }, "What you are looking at"),
      el("dl", { class: "facts" }, [["Reprise", version.reprise], ["dvc.lock (SHA-256)", version.dvc_lock_sha256 ?? "none"], ["State of the files", version.run], ["Selected model", state.facets.selected_model ?? "none"]].flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, el("code", {}, value))])),
      el("p", {}, "All of it, and more, by ", el("a", { href: "/docs" }, "the API"), "."));
  } catch (error) { page.append(problem(error)); }
}
