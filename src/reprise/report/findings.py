"""What the comparison says, in sentences and rows that the document and the page share; every number is computed."""

from __future__ import annotations

from reprise.evaluation.uncertainty import Interval
from reprise.report.comparison import LINEAR, PEER, WITHOUT_NETWORK, Comparison, conclusions
from reprise.report.paradox import MEASURES, Pair

PARADOX = (
    "A conditional model clusters as well as before (silhouette) and agrees with the class less: that is the 'paradox'. The "
    "explanation to be tested: a decoder that is told the class has it for nothing, while every nat in the latent costs "
    "divergence from the prior, so the class leaves the latent and the clusters follow brightness or loudness instead. Each "
    "conditional model stands here beside its unconditional twin on the same labelled training and validation tracks, "
    "encoded three ways; a latent that was encoded with its own class is no evidence of anything learned, it is here to "
    "show what is left in it. ae_conditional tells its encoder alone: nothing frees its latent of the class."
)
TRAININGS = (
    "Other seeds of weights, crops and noise; mean over trainings with its 95 % t interval. The tables above are about "
    "the one training whose latents the pipeline hands on."
)


def number(value: float | None) -> str:
    """Return a score with three digits, a count with thousands separators, or a dash."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else _three(value)


def bounds(interval: Interval | None) -> str:
    """Return a value with its interval, or a dash."""
    if interval is None:
        return "–"
    return f"{_three(interval.value)} [{_three(interval.low)}, {_three(interval.high)}]"


def _three(value: float) -> str:
    """Write three digits; what rounds to nothing has no sign."""
    return f"{round(value, 3) + 0.0:.3f}"


def verdict(comparison: Comparison) -> list[str]:
    """Return the sentences at the top: who agrees better than hand-made features, and by how much."""
    attribute = comparison.attribute
    if attribute is None:
        return ["No labels are available, so nothing can be said of agreement."]
    found = conclusions(comparison)
    first = (
        f"{found['models_ahead_of_hand_made']} of {found['models_compared']} models agree better with {attribute} than "
        f"hand-made features do ({found['ahead_of_hand_made']}); behind them: {found['behind_hand_made']}; the others "
        f"cannot be told apart. Better than PCA: {found['ahead_of_pca']}. All by paired bootstrap, 95 %."
    )
    best, peer = comparison.best_deep, comparison.result(PEER)
    if best is None or peer is None:
        return [first]
    key, gain = (attribute, best.scope), comparison.gain(best, PEER)
    claim = (
        f"Deep representations that beat hand-made features: {found['deep_ahead_of_hand_made']}."
        if found["deep_ahead_of_hand_made"] != "none"
        else "No deep representation beats the hand-made features."
    )
    text = (
        f"{claim} The best of them, {best.contestant.name}, has AMI {bounds(best.scores[key]['ami'].tracks)} against "
        f"{bounds(peer.scores[key]['ami'].tracks)} of hand-made features on the same {best.scores[key]['ami'].n} tracks: "
        f"a difference of {bounds(gain)}"
    )
    repeated = comparison.gain_over_trainings(best, PEER)
    text += "" if repeated is None else f", over {len(best.trainings.scores)} trainings {bounds(repeated)}"
    return [first, text + ".", *_networks(comparison, attribute)]


def _networks(comparison: Comparison, attribute: str) -> list[str]:
    """Return, of each representation that holds hand-made features itself, what its network adds to them."""
    sentences = []
    for name, without in WITHOUT_NETWORK.items():
        whole, part = comparison.result(name), comparison.result(without)
        gain = None if whole is None else comparison.gain(whole, without)
        if whole is None or part is None or gain is None:
            continue
        key = (attribute, whole.scope)
        sentences.append(
            f"{name} holds hand-made features itself and is therefore not counted as deep: without its network ({without}) AMI "
            f"is {bounds(part.scores[key]['ami'].tracks)}, with it {bounds(whole.scores[key]['ami'].tracks)}; the network adds "
            f"{bounds(gain)}."
        )
    return sentences


def training_rows(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the scores over trainings; no rows where every model was trained once."""
    attribute = comparison.attribute or ""
    header = [
        "model",
        "trainings",
        "tracks",
        "AMI",
        "ARI",
        "silhouette",
        f"AMI minus {PEER}",
        f"AMI minus {LINEAR}",
    ]
    rows = []
    for result in comparison.results:
        found = result.trainings
        if found.scores:
            rows.append(
                [
                    result.contestant.name,
                    str(len(found.scores)),
                    result.scope,
                    bounds(found.interval(attribute, "ami")),
                    bounds(found.interval(attribute, "ari")),
                    bounds(found.interval("separation", "silhouette")),
                    bounds(comparison.gain_over_trainings(result, PEER)),
                    bounds(comparison.gain_over_trainings(result, LINEAR)),
                ]
            )
    return header, rows


def pair_text(pair: Pair) -> str:
    """Return the sentence about a pair."""
    not_told, _, told = pair.encodings
    followed = max(told.captures, key=lambda name: told.captures[name])
    return (
        f"{pair.conditional} beside {pair.twin}, {pair.attribute}, {pair.n} tracks: {pair.verdict} (AMI "
        f"{bounds(pair.change)}). Silhouette {_value(not_told.silhouette)} to {_value(told.silhouette)}; variance between "
        f"classes {number(not_told.between)} to {number(told.between)} of the latent's; the clusters follow {followed} "
        f"most ({number(not_told.captures[followed])} to {number(told.captures[followed])} of its variance; chance "
        f"{number(pair.chance['captures'])})."
    )


def pair_rows(pair: Pair) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a pair: one row per encoding, then chance and, for the probe, the largest class."""
    properties = list(pair.encodings[0].captures)
    header = ["model", "encoder is", *MEASURES.values(), *properties]
    rows = [
        [
            encoding.model,
            encoding.told,
            _value(encoding.silhouette),
            bounds(encoding.ami),
            "–" if isinstance(encoding.probe, str) else bounds(encoding.probe),
            number(encoding.between),
            *(number(encoding.captures[name]) for name in properties),
        ]
        for encoding in pair.encodings
    ]
    chance = ["by chance", "", "–", "0", "–", number(pair.chance["between"])]
    chance += [number(pair.chance["captures"]) for _ in properties]
    majority = [
        "always the largest class",
        "",
        "–",
        "–",
        number(pair.majority),
        "–",
        *("–" for _ in properties),
    ]
    return header, [*rows, chance, majority]


def _value(interval: Interval | None) -> str:
    return number(None if interval is None else interval.value)
