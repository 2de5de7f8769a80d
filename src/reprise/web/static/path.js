// A path between two tracks as a playlist.

import { api, clear, el, query } from "./dom.js";
import { brief } from "./tracks.js";
import { exportRow } from "./panel.js";
import { problem, trackItems } from "./pieces.js";
import { go, one } from "./route.js";
import { picker } from "./search.js";

export function pathForm(panel, given) {
  const ends = Object.fromEntries(["start", "end"].map((end) => [end, picker(end === "start" ? "From" : "To", one(given, end), (id) => go("path", { ...given, [end]: [id] }))]));
  const steps = el("input", { type: "number", min: "2", max: "100", value: one(given, "steps", "12"), id: "steps", onchange: () => go("path", { ...given, steps: [String(Math.min(100, Math.max(2, Math.round(+steps.value || 12))))] }) });
  clear(panel, el("h1", {}, "A path between two tracks"),
    el("p", { class: "who" }, "A playlist that leads from one to the other: the nearest unused track to each of evenly spaced points between them."),
    ends.start, ends.end, el("label", { class: "soft small", for: "steps" }, "Number of tracks"), steps,
    el("div", { class: "actions" }, el("button", { type: "button", disabled: !(given.start && given.end), onclick: () => go("path", { ...given, start: given.end, end: given.start }) }, "Turn round")),
    el("div", { id: "found" }, el("p", { class: "soft" }, "Choose both ends by their names, or click a track on the map.")));
}

export async function showPath(panel, given, onshown) {
  const start = one(given, "start"), end = one(given, "end"), clicked = one(given, "track");
  if (clicked && clicked !== start && clicked !== end) { const { track, ...rest } = given; go("path", { ...rest, [start ? "end" : "start"]: [clicked] }); return; }
  if (!start || !end) return;
  const found = panel.querySelector("#found");
  try {
    const answer = await api(`path?${query({ start, end, steps: one(given, "steps", "12") })}`), ids = answer.tracks.map((track) => track.track_id);
    const [first, last] = await Promise.all([brief(start), brief(end)]);
    clear(found, exportRow(ids, `${first.title} to ${last.title}`), trackItems(answer.tracks));
    onshown(ids);
  } catch (error) { clear(found, problem(error)); }
}
