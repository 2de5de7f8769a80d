// The panel beside the map: one track with all that is known of it, or a list that was asked for.

import { api, clear, el, number, percent, query, say } from "./dom.js";
import { categoryColour } from "./colours.js";
import { brief } from "./tracks.js";
import { artistName, bars, facts, problem, trackItems } from "./pieces.js";
import { play, stop, playing } from "./player.js";
import * as basket from "./basket.js";
import { go, link } from "./route.js";

export async function showTrack(panel, id, { onshown } = {}) {
  clear(panel, el("p", { class: "soft" }, "Loading …"));
  let track;
  try { track = await brief(id); } catch (error) { clear(panel, problem(error)); return; }
  const given = track.label_is === "predicted";
  const near = el("div", {}, el("p", { class: "soft" }, "Loading …"));
  clear(panel,
    el("h1", { tabindex: "-1" }, track.title),
    el("p", { class: "who" }, [artistName(track.artist), track.year].filter(Boolean).join(", ") || "artist unknown"),
    actions(track),
    facts([
      ["Acoustic label", track.label && el("span", {}, el("a", { href: link("meaning", { label: track.label }) }, track.label), el("span", { class: "soft" }, given ? " (predicted)" : " (given; used in training)"))],
      ["Cluster", track.cluster === null ? null : el("a", { href: link("meaning", { cluster: track.cluster }) }, `cluster ${track.cluster}`)],
      ["Genre", track.genre], ["Language", track.language],
      ["Mood", track.arousal === null ? "not predicted: only test tracks are" : el("a", { href: link("mood", { track: id }) }, `arousal ${number(track.arousal)}, valence ${number(track.valence)}`)],
      ["Uncertainty", track.uncertainty === null ? null : `${percent(track.uncertainty)} of the largest possible`],
      ["Tags", track.tags.length ? track.tags.join(", ") : null], ["Split", track.split], ["Id", el("code", {}, track.track_id)],
    ]),
    track.probabilities && el("h2", {}, "How sure of the label"),
    track.probabilities && bars(Object.entries(track.probabilities).map(([name, share], index) => ({ name, share, colour: categoryColour(index), order: share })).sort((one, other) => other.order - one.order)),
    el("h2", {}, "Nearest tracks"), near,
    Object.keys(track.descriptors).length ? el("details", {}, el("summary", {}, "Acoustic descriptors"), el("dl", { class: "facts" }, Object.entries(track.descriptors).flatMap(([name, value]) => [el("dt", {}, name), el("dd", { class: "figure" }, number(value, 4))]))) : null);
  onshown?.(track);
  try {
    const found = await api(`tracks/${encodeURIComponent(id)}/neighbours?k=10`);
    clear(near, trackItems(found.tracks, { distance: true }), el("p", { class: "soft small" }, found.measure, "."));
    onshown?.(track, found.tracks.map((one) => one.track_id));
  } catch (error) { clear(near, problem(error)); }
}

function actions(track) {
  const id = track.track_id, keep = el("button", { type: "button" });
  const name = () => { keep.textContent = basket.has(id) ? "In the playlist ✓" : "Add to playlist"; };
  keep.addEventListener("click", () => { if (basket.has(id)) basket.remove(id); else basket.add([id]); name(); });
  name();
  return el("div", { class: "actions" },
    el("button", { type: "button", class: "main", onclick: () => (playing() === id ? stop() : play(track)) }, "Play"), keep,
    el("button", { type: "button", onclick: () => go("map", { like: [id] }) }, "More like this"),
    el("button", { type: "button", onclick: () => go("path", { start: id }) }, "Path from here"));
}

export function showList(panel, { title, lead, tracks, suggested, more = null }) {
  const ids = tracks.map((track) => track.track_id);
  clear(panel, el("h1", { tabindex: "-1" }, title), lead && el("p", { class: "who" }, lead), more,
    tracks.length ? exportRow(ids, suggested ?? title) : null,
    tracks.length ? trackItems(tracks, { distance: tracks.some((track) => track.distance !== null && track.distance !== undefined) }) : el("p", { class: "soft" }, "No track fits."));
}

export function exportRow(ids, title) {
  const failed = (error) => say(`The playlist was not written: ${error.message}`);
  return el("div", { class: "actions" },
    ...["m3u", "csv", "json"].map((format) => el("button", { type: "button", "data-export": format, onclick: () => basket.download(ids, format, title).catch(failed) }, format.toUpperCase())),
    el("button", { type: "button", onclick: () => { basket.add(ids); say(`${ids.length} tracks added to the playlist`); } }, "Add to playlist"));
}

export async function showTaste(panel, like, dislike, onshown) {
  try {
    const found = await api(`recommendations?${query({ like, dislike, k: 20 })}`);
    const known = await Promise.all([...like, ...dislike].map(brief));
    const chips = known.map((track, index) => {
      const liked = index < like.length, drop = () => go("map", { like: like.filter((id) => id !== track.track_id), dislike: dislike.filter((id) => id !== track.track_id) });
      return el("button", { type: "button", class: "tag", "aria-label": `Remove ${track.title}`, onclick: drop }, liked ? "＋ " : "− ", track.title, " ✕");
    });
    const judge = (track) => el("span", { class: "row" },
      el("button", { type: "button", class: "mini", "aria-label": `Like ${track.title}`, title: "more of this", onclick: () => go("map", { like: [...like, track.track_id], dislike }) }, "＋"),
      el("button", { type: "button", class: "mini", "aria-label": `Dislike ${track.title}`, title: "less of this", onclick: () => go("map", { like, dislike: [...dislike, track.track_id] }) }, "−"));
    showList(panel, { title: "More like this", lead: "Nearest to what you like, away from what you do not.", tracks: found.tracks, more: el("div", {}, chips) });
    panel.querySelectorAll(".tracks li").forEach((item, index) => item.append(judge(found.tracks[index])));
    onshown(found.tracks.map((track) => track.track_id), like);
  } catch (error) { clear(panel, problem(error)); }
}
