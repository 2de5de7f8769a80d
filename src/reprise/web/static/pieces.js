// Pieces that several views share: lists of tracks, bars, dots of a category.

import { el, number, percent } from "./dom.js";
import { categoryColour } from "./colours.js";
import { playButton } from "./player.js";
import { link } from "./route.js";

// artists of the embedded corpus and of some datasets are opaque ids
export const artistName = (artist) => (/^[0-9a-f]{16}$/.test(artist ?? "") ? `artist ${artist.slice(0, 6)}` : artist);
export const under = (track) => [artistName(track.artist), track.year, track.genre].filter(Boolean).join(" · ") || track.track_id;

export function trackItem(track, { distance = false, extra = null } = {}) {
  return el("li", { "data-track": track.track_id }, playButton(track),
    el("span", { class: "what" }, el("a", { href: link("map", { track: track.track_id }) }, track.title), el("small", {}, under(track))),
    distance && track.distance !== null ? el("span", { class: "n", title: "distance" }, number(track.distance)) : null, extra);
}

export const trackItems = (tracks, given) => el("ul", { class: "tracks" }, tracks.map((track) => trackItem(track, given)));

export function bar(share, colour) {
  const fill = el("i");
  fill.style.width = `${Math.min(100, Math.max(0, 100 * share))}%`;
  if (colour) fill.style.background = colour;
  return el("span", { class: "track8" }, fill);
}

export function deviation(value, most = 2) {
  const fill = el("i"), share = Math.min(1, Math.abs(value) / most) * 50;
  fill.style.left = `${value < 0 ? 50 - share : 50}%`;
  fill.style.width = `${share}%`;
  return el("span", { class: "track8 both" }, fill);
}

export function bars(rows) {  // [{name, share, text, colour}]
  return el("div", { class: "bars" }, rows.flatMap(({ name, share, text, colour }) => [el("span", { class: "name" }, name), bar(share, colour), el("span", { class: "n" }, text ?? percent(share))]));
}

export function dot(index) {
  const made = el("span", { class: "dot", "aria-hidden": "true" });
  made.style.background = index === null || index < 0 ? "#8886" : categoryColour(index);
  return made;
}

export const problem = (error) => el("p", { class: "error", role: "alert" }, `${error.message || error}`);
export const facts = (pairs) => el("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
