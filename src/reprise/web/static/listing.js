// All tracks as a table: limited, sorted, by page; each state is a link.

import { api, clear, count, el, later, number, percent, query } from "./dom.js";
import { artistName, dot, problem } from "./pieces.js";
import { playButton } from "./player.js";
import * as basket from "./basket.js";
import { go, link, one } from "./route.js";

const COLUMNS = [["title", "Title"], ["artist", "Artist"], ["genre", "Genre"], ["label", "Acoustic label"], ["arousal", "Arousal", 1], ["valence", "Valence", 1], ["uncertainty", "Uncertainty", 1], ["cluster", "Cluster", 1], ["year", "Year", 1]];
const CHOICES = ["label", "genre", "language", "split", "cluster", "library"];
const KEPT = ["q", ...CHOICES, "artist", "predicted", "arousal_min", "arousal_max", "valence_min", "valence_max", "uncertainty_min", "uncertainty_max", "year_min", "year_max"];

export async function listing(main, state, view, given) {
  const asked = Object.fromEntries(KEPT.filter((key) => given[key]).map((key) => [key, given[key]]));
  const sort = one(given, "sort"), page = Math.max(1, Math.min(1e6, Math.round(+one(given, "page", "1") || 1)));
  const turn = (changed) => go("tracks", { ...asked, sort, ...changed });
  const body = el("div", {});
  clear(main, el("div", { class: "page" }, el("h1", {}, "Tracks"), filters(state, asked, turn), body));
  if (document.activeElement === document.body && state.typing) { const field = main.querySelector("#words"); field?.focus(); field?.setSelectionRange(field.value.length, field.value.length); }
  state.typing = false;
  try {
    const found = await api(`tracks?${query({ ...asked, sort, page, size: 50 })}`);
    const csv = `/api/v1/tracks?${query({ ...asked, sort, page, size: 200, format: "csv" })}`;
    const pager = el("div", { class: "pager" }, el("span", { class: "soft" }, `${count(found.total)} tracks, page ${found.page} of ${Math.max(1, found.pages)}`),
      el("span", { class: "row" }, el("button", { type: "button", disabled: page <= 1, onclick: () => turn({ page: page - 1 }) }, "← Before"), el("button", { type: "button", disabled: page >= found.pages, onclick: () => turn({ page: page + 1 }) }, "Next →"),
        el("button", { type: "button", onclick: () => basket.add(found.tracks.map((track) => track.track_id)) }, "Add page to playlist"), el("a", { class: "button", href: csv }, "CSV")));
    clear(body, el("div", { class: "scroll" }, table(found.tracks, sort, turn)), pager);
  } catch (error) { clear(body, problem(error)); }
}

function filters(state, asked, turn) {
  const { values, libraries } = state.facets;
  const words = el("input", { type: "search", id: "words", value: asked.q?.[0] ?? "", maxlength: "200", oninput: later(350, () => { state.typing = true; turn({ q: words.value.trim(), page: 1 }); }) });
  const choose = (name) => {
    const options = Object.entries(name === "library" ? libraries : values[name] ?? {});
    if (!options.length) return null;
    const select = el("select", { id: `only-${name}`, onchange: () => turn({ [name]: select.value ? [select.value] : [], page: 1 }) }, el("option", { value: "" }, "all"), options.map(([text, many]) => el("option", { value: text, selected: asked[name]?.[0] === text }, `${text} (${count(many)})`)));
    return el("label", { for: `only-${name}` }, name === "label" ? "acoustic label" : name, select);
  };
  const range = (name) => [["min", "from"], ["max", "to"]].map(([end, text]) => {
    const field = el("input", { type: "number", min: "0", max: "1", step: "0.05", id: `${name}-${end}`, value: asked[`${name}_${end}`]?.[0] ?? "", onchange: () => turn({ [`${name}_${end}`]: field.value === "" ? [] : [String(Math.min(1, Math.max(0, +field.value)))], page: 1 }) });
    return el("label", { for: `${name}-${end}` }, `${name} ${text}`, field);
  });
  const only = el("select", { id: "only-predicted", onchange: () => turn({ predicted: only.value ? [only.value] : [], page: 1 }) }, [["", "all tracks"], ["true", "in the lookup table"], ["false", "outside of it"]].map(([value, text]) => el("option", { value, selected: (asked.predicted?.[0] ?? "") === value }, text)));
  return el("div", {}, el("div", { class: "filters" }, el("label", { for: "words" }, "words", words), CHOICES.map(choose), el("label", { for: "only-predicted" }, "prediction", only)),
    el("details", { open: Object.keys(asked).some((key) => /_(min|max)$/.test(key)) }, el("summary", { class: "small" }, "Ranges"), el("div", { class: "filters" }, range("arousal"), range("valence"), range("uncertainty"))),
    asked.artist ? el("p", {}, "Artist: ", el("button", { type: "button", class: "tag", onclick: () => turn({ artist: [] }) }, asked.artist[0], " ✕")) : null);
}

function table(tracks, sort, turn) {
  const head = COLUMNS.map(([name, text, numeric]) => {
    const rising = sort === name, falling = sort === `-${name}`;
    return el("th", { class: numeric ? "n" : null, "aria-sort": rising ? "ascending" : falling ? "descending" : "none" }, el("button", { type: "button", onclick: () => turn({ sort: rising ? `-${name}` : falling ? "" : name, page: 1 }) }, text, rising ? " ↑" : falling ? " ↓" : ""));
  });
  const cell = (track, name) => {
    if (name === "title") return el("a", { href: link("map", { track: track.track_id }) }, track.title);
    if (name === "artist") return track.artist && el("a", { href: link("tracks", { artist: track.artist }) }, artistName(track.artist));
    if (name === "label") return track.label && el("span", {}, dot(track.label_index), " ", track.label, track.label_is === "given" ? el("span", { class: "soft small" }, " given") : null);
    if (name === "uncertainty") return track.uncertainty === null ? "–" : percent(track.uncertainty);
    return typeof track[name] === "number" && !["cluster", "year"].includes(name) ? number(track[name]) : track[name] ?? "–";
  };
  return el("table", { class: "cards" }, el("thead", {}, el("tr", {}, el("th", {}, el("span", { class: "unseen" }, "Play")), head)),
    el("tbody", {}, tracks.map((track) => el("tr", {}, el("td", {}, playButton(track)), COLUMNS.map(([name, text, numeric]) => el("td", { class: [numeric ? "n" : "", track[name] === null ? "void" : ""].join(" "), "data-name": text }, cell(track, name) ?? "–"))))));
}
