// The map and the arousal–valence plane: two planes, one way of looking.

import { api, byId, clear, count, el, later, query, say } from "./dom.js";
import { brief, idOf, rowOf } from "./tracks.js";
import { CHOICES, describe, legend, looks } from "./looks.js";
import { PointMap } from "./pointmap.js";
import { exportRow, showList, showTaste, showTrack } from "./panel.js";
import { hoverPlays, play, stop } from "./player.js";
import { problem, under } from "./pieces.js";
import { go, link, note, one } from "./route.js";
import { uploadButton } from "./upload.js";
import { pathForm, showPath } from "./path.js";

const FILTERS = ["label", "genre", "cluster", "language", "split"];
const MOOD = { x: "valence: unpleasant → pleasant", y: "arousal: calm → excited", corners: [["tense", 0, 1], ["excited", 1, 1], ["sad", 0, 0], ["content", 1, 0]] };
const HELP = "Arrow keys walk from track to track, Enter opens, Space plays, plus and minus zoom, Shift and arrows pan, 0 shows all, V takes all tracks in view.";

export function explore(main, state, view, given) {
  const { tracks } = state, mood = view === "mood";
  const colour = CHOICES[one(given, "color")] ? one(given, "color") : mood ? "label" : "label";
  const lit = litOf(tracks, given);
  const tip = el("div", { class: "tip", hidden: true });
  const panel = el("section", { class: "side", "aria-label": "Details" });
  const keep = (changed) => ({ ...given, ...changed });
  const turn = (changed) => go(view, keep(changed));
  const map = new PointMap({
    label: mood ? `Arousal and valence of ${count(state.facets.predicted)} tracks` : `Map of ${count(tracks.size)} tracks`, help: HELP,
    xs: mood ? tracks.valence : tracks.map_x, ys: mood ? tracks.arousal : tracks.map_y,
    fixed: mood ? { left: 0, right: 1, low: 0, high: 1 } : null, axes: mood ? MOOD : null,
    on: {
      pick: (row) => turn({ track: [idOf(tracks, row)], like: [], dislike: [], point: [], start: given.start ?? [] }),
      spot: mood ? ([x, y]) => spot(x, y) : undefined,
      hover: (row, here) => hover(row, here),
      cursor: async (row) => { const track = await brief(idOf(tracks, row)); say(`${track.title}, ${under(track)}, ${describe(tracks, row, colour)}`); place(tip, track, row, map.toScreen(map.xs[row], map.ys[row])); },
      play: async (row) => play(await brief(idOf(tracks, row))),
      lasso: (rows) => lasso(rows),
      view: later(250, () => { const { x, y, z } = map.getView(); given.x = [x.toFixed(4)]; given.y = [y.toFixed(4)]; given.z = [z.toFixed(3)]; note(view, given); }),
    },
  });
  const spot = (x, y) => {
    if (x < 0 || y < 0 || x > 1 || y > 1) return;
    const point = `${y.toFixed(3)},${x.toFixed(3)}`;
    turn({ point: mood && drawing() ? [...(given.point ?? []), point].slice(-20) : [point], draw: given.draw ?? [], track: [] });
  };
  const drawing = () => one(given, "draw") === "1";

  const asking = later(70, async (row, here) => {
    if (map.hovered !== row || row < 0) return;
    const track = await brief(idOf(tracks, row)).catch(() => null);
    if (!track || map.hovered !== row) return;
    place(tip, track, row, here);
    if (hoverPlays()) { heard = true; play(track, { aloud: false }); }
  });
  let heard = false;
  const hover = (row, here) => {
    map.element.style.cursor = row >= 0 ? "pointer" : "";
    if (row < 0) { tip.hidden = true; if (heard) { heard = false; stop(); } }
    asking(row, here);
  };
  const place = (box, track, row, [x, y]) => {
    clear(box, el("b", {}, track.title), el("span", {}, under(track)), el("span", { class: "soft" }, el("br"), describe(tracks, row, colour)));
    box.hidden = false;
    box.style.transform = `translate(${Math.max(4, Math.min(x + 16, map.width - box.offsetWidth - 8))}px, ${Math.max(4, Math.min(y + 14, map.height - box.offsetHeight - 8))}px)`;
  };
  const lasso = async (rows) => {
    const ids = rows.map((row) => idOf(tracks, row));
    say(`${ids.length} tracks taken`);
    map.marks = rows.length > 3000 ? [] : rows; map.draw();
    const shown = await Promise.all(ids.slice(0, 100).map((id) => brief(id)));
    showList(panel, { title: `${count(ids.length)} tracks taken`, lead: ids.length > 100 ? "The first 100 are listed; all are exported." : mix(rows), tracks: shown, suggested: "Reprise selection" });
    if (ids.length) panel.querySelector(".actions").replaceWith(exportRow(ids, "Reprise selection"));
    panel.querySelector("h1").focus({ preventScroll: true });
  };
  const mix = (rows) => {
    const counts = new Map();
    for (const row of rows) { const text = describe(tracks, row, "label"); counts.set(text, (counts.get(text) ?? 0) + 1); }
    return [...counts].sort((first, second) => second[1] - first[1]).slice(0, 3).map(([text, many]) => `${many} × ${text}`).join(", ");
  };

  const button = el("button", { type: "button", "aria-pressed": "false", onclick: () => { map.lassoing = !map.lassoing; button.setAttribute("aria-pressed", String(map.lassoing)); map.element.classList.toggle("lasso", map.lassoing); } }, "Lasso");
  const select = el("select", { id: "colour", onchange: () => turn({ color: [select.value] }) }, Object.entries(CHOICES).map(([name, text]) => el("option", { value: name, selected: name === colour }, text)));
  const chips = el("div", { class: "chips" }, FILTERS.flatMap((name) => (given[name] ?? []).map((value) => el("button", { type: "button", "aria-label": `Show all again, not only ${value}`, onclick: () => turn({ [name]: given[name].filter((each) => each !== value) }) }, name === "cluster" ? `cluster ${value}` : value, " ✕"))));
  const tools = el("div", { class: "toolbar" }, el("label", {}, el("span", { class: "name", "aria-hidden": "true" }, "Colour"), el("span", { class: "unseen" }, "Colour by"), select), button,
    el("button", { type: "button", onclick: () => { map.fit(); map.draw(); delete given.x; delete given.y; delete given.z; note(view, given); } }, "Show all"),
    el("button", { type: "button", onclick: () => lasso(map.inView()) }, "Take all in view"),
    mood ? el("button", { type: "button", "aria-pressed": String(drawing()), onclick: () => turn({ draw: drawing() ? [] : ["1"], point: [] }) }, "Draw a path") : null,
    !mood && state.facets.upload ? uploadButton(panel, map, given) : null);
  map.element.append(chips, legend(tracks, colour, given[colour] ?? [], (chosen) => turn({ [colour]: chosen })), tip);
  clear(main, el("div", { class: "explore" }, el("div", { class: "stagebox" }, tools, map.element), panel));
  const paint = () => { const made = looks(tracks, colour, lit); map.setLooks(made.colours, made.sizes, lit); };
  paint();
  if (given.z) map.setView({ x: +one(given, "x"), y: +one(given, "y"), z: +one(given, "z") });
  if (!map.grid.known) map.element.append(el("p", { class: "empty" }, mood ? "This run predicts no mood." : "This run has no map."));
  fill(state, view, given, map, panel);
  return { repaint: paint, close: () => { map.close(); stop(); } };
}

function litOf(tracks, given) {
  const asked = FILTERS.filter((name) => given[name]?.length);
  if (!asked.length) return null;
  const lit = new Uint8Array(tracks.size).fill(1);
  for (const name of asked) {
    const codes = new Set(given[name].map((value) => tracks.names[name].indexOf(value)));
    for (let row = 0; row < tracks.size; row += 1) if (!codes.has(tracks[name][row])) lit[row] = 0;
  }
  return lit;
}

function fill(state, view, given, map, panel) {
  const { tracks } = state, rows = (ids) => ids.map((id) => rowOf(tracks, id)).filter((row) => row >= 0);
  const id = one(given, "track");
  if (view === "path") { pathForm(panel, given); showPath(panel, given, (ids) => { map.path = rows(ids); map.draw(); }); return; }
  if (given.like?.length) { showTaste(panel, given.like, given.dislike ?? [], (found, liked) => { map.marks = rows(found); map.selected = rows(liked)[0] ?? -1; map.draw(); }); return; }
  if (view === "mood" && given.point?.length) { showMood(panel, given.point, map, rows); return; }
  if (id) {
    map.selected = rowOf(tracks, id);
    if (map.selected >= 0 && !given.z) requestAnimationFrame(() => map.place(map.selected));
    showTrack(panel, id, { onshown: (_track, near) => { if (near) { map.marks = rows(near); map.draw(); } } });
    return;
  }
  intro(panel, state, view);
}

async function showMood(panel, points, map, rows) {
  map.spots = points.map((point) => { const [arousal, valence] = point.split(",").map(Number); return [valence, arousal]; });
  map.draw();
  try {
    const found = await api(`recommendations/mood?${query({ point: points, k: 20 })}`);
    map.marks = rows(found.tracks.map((track) => track.track_id)); map.draw();
    showList(panel, { title: points.length > 1 ? "Along the path" : "Near this mood", lead: points.length > 1 ? "Evenly spaced along the path; click on to go further." : `Arousal ${points[0].split(",")[0]}, valence ${points[0].split(",")[1]}.`, tracks: found.tracks });
  } catch (error) { clear(panel, problem(error)); }
}

function intro(panel, state, view) {
  const { facets } = state, mood = view === "mood";
  clear(panel, el("h1", {}, mood ? "Mood" : "The map"),
    mood
      ? el("p", {}, `${count(facets.predicted)} tracks of the lookup table by predicted arousal and valence: the chance that a listener puts the track above a random one. Click anywhere for tracks of that mood, or draw a path.`)
      : el("p", {}, `${count(facets.tracks)} tracks, placed by the first two principal axes of the latents of ${facets.selected_model ?? "the selected model"}: what is close sounds alike to the model. The larger points are the ${count(facets.predicted)} tracks of the lookup table, whose label and mood are predicted; the others have the label they were given in training.`),
    el("ul", { class: "soft small" }, [["hover", "to hear a track"], ["click", "for details and neighbours"], ["Shift + drag", "or Lasso: tracks into a playlist"], ["legend", "to show only a group"]].map(([key, text]) => el("li", {}, el("kbd", {}, key), " ", text))),
    el("p", { class: "soft small" }, "By keyboard, on the map: ", HELP),
    facets.notes.map((text) => el("p", { class: "small error" }, text)),
    el("h2", {}, "Where to begin"),
    el("p", {}, el("a", { href: link("meaning") }, "What the labels and clusters mean"), " · ", el("a", { href: link("path") }, "A path between two tracks"), " · ", el("a", { href: link("tracks") }, "All tracks as a list")));
  byId("live").textContent = mood ? "Mood plane" : "Map";
}
