// What colours the points of a map: a category or a number; with its legend.

import { el, count, number, percent } from "./dom.js";
import { MISSING, categoryColour, categoryRgb, ground, scaleColour } from "./colours.js";

export const CHOICES = { label: "acoustic label", genre: "genre", cluster: "cluster", arousal: "arousal", valence: "valence", uncertainty: "uncertainty", language: "language", split: "split" };
const NUMBERS = new Set(["arousal", "valence", "uncertainty"]);
export const isNumber = (name) => NUMBERS.has(name);

export function looks(tracks, name, lit) {
  const size = tracks.size, colours = new Uint8Array(4 * size), sizes = new Uint8Array(size), missing = MISSING[ground()];
  const values = tracks[name], strong = ground() === "dark" ? 215 : 205;
  for (let row = 0; row < size; row += 1) {
    const value = values[row], at = 4 * row;
    const found = isNumber(name) ? value === value : value >= 0;
    const rgb = found ? (isNumber(name) ? scaleColour(value) : categoryRgb(value)) : missing;
    const bright = !lit || lit[row];
    colours[at] = rgb[0]; colours[at + 1] = rgb[1]; colours[at + 2] = rgb[2];
    colours[at + 3] = bright ? (found ? strong : missing[3]) : 26;
    sizes[row] = bright ? (found ? (tracks.predicted[row] ? 8 : 6) : 4) : 4;
  }
  return { colours, sizes };
}

export function legend(tracks, name, chosen, onpick) {
  if (isNumber(name)) return scaleLegend(tracks, name);
  const names = tracks.names[name], counts = new Array(names.length).fill(0);
  let without = 0;
  for (const code of tracks[name]) if (code >= 0) counts[code] += 1; else without += 1;
  const rows = names.map((text, index) => {
    const mark = el("span", { class: "dot", "aria-hidden": "true" });
    mark.style.background = categoryColour(index);
    const pressed = chosen.includes(text);
    return el("button", { type: "button", "aria-pressed": String(pressed), onclick: () => onpick(pressed ? chosen.filter((one) => one !== text) : [...chosen, text]) },
      mark, el("span", {}, name === "cluster" ? `cluster ${text}` : text), el("span", { class: "count" }, count(counts[index])));
  });
  return folding(`${CHOICES[name]}: choose what is shown`, CHOICES[name], rows, without ? el("p", {}, `${count(without)} without`) : null, names.length ? null : el("p", {}, `This run has no ${CHOICES[name]}.`));
}

function folding(label, title, ...content) {  // folded where the map is small
  return el("div", { class: "legend", role: "group", "aria-label": label }, el("details", { open: innerWidth > 860 }, el("summary", {}, title), content));
}

function scaleLegend(tracks, name) {
  const ramp = el("canvas", { width: "100", height: "1", role: "img", "aria-label": "colour scale from low to high" });
  const paint = ramp.getContext("2d");
  for (let x = 0; x < 100; x += 1) { paint.fillStyle = `rgb(${scaleColour(x / 99).join(" ")})`; paint.fillRect(x, 0, 1, 1); }
  let known = 0;
  for (const value of tracks[name]) if (value === value) known += 1;
  return el("div", { class: "legend" }, ramp, el("div", { class: "ends" }, el("span", {}, name === "uncertainty" ? "sure" : "low 0"), el("span", {}, name === "uncertainty" ? "no idea" : "1 high")),
    known < tracks.size ? el("p", {}, `${count(known)} of ${count(tracks.size)} tracks: only those of the lookup table are predicted.`) : null);
}

export function describe(tracks, row, name) {
  const value = tracks[name][row];
  if (isNumber(name)) return value === value ? `${name} ${name === "uncertainty" ? percent(value) : number(value)}` : `${name} not predicted`;
  return value >= 0 ? (name === "cluster" ? `cluster ${tracks.names[name][value]}` : tracks.names[name][value]) : `no ${CHOICES[name]}`;
}
