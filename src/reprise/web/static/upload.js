// One audio file of the visitor's own: placed on the map by the models, which a sandboxed process loads.

import { clear, el, number, percent, say } from "./dom.js";
import { categoryColour } from "./colours.js";
import { bars, facts, problem, trackItems } from "./pieces.js";

export function uploadButton(panel, map) {
  const input = el("input", { type: "file", accept: "audio/*,.flac,.mp3,.m4a,.ogg,.opus,.wav", class: "unseen", id: "upload", tabindex: "-1", onchange: () => { if (input.files[0]) send(input.files[0], panel, map); input.value = ""; } });
  return el("span", {}, input, el("button", { type: "button", onclick: () => input.click() }, "Place a file …"));
}

async function send(file, panel, map) {
  clear(panel, el("h1", {}, file.name), el("p", { class: "who" }, "Listening … this takes some seconds; the models are loaded for it."));
  say("Placing the file");
  map.extra = null; map.draw();
  try {
    const reply = await fetch("/api/v1/place", { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
    const found = await reply.json();
    if (!reply.ok) throw new Error(found.detail);
    const { track, neighbours } = found;
    map.extra = track.map_x === null ? null : [track.map_x, track.map_y];
    if (map.extra) map.reveal(...map.extra);
    clear(panel, el("h1", { tabindex: "-1" }, file.name), el("p", { class: "who" }, `Your file, ${number(track.seconds, 0)} s of it. It is deleted again; nothing was stored.`),
      facts([["Acoustic label", track.label], ["Uncertainty", percent(track.uncertainty)], ["Mood", track.arousal === null ? null : `arousal ${number(track.arousal)}, valence ${number(track.valence)}`], ["Cluster", track.cluster], ["In this collection", track.in_corpus ? "yes, these very samples" : "no"]]),
      el("h2", {}, "How sure of the label"), bars(Object.entries(track.probabilities).map(([name, share], index) => ({ name, share, colour: categoryColour(index) })).sort((one, other) => other.share - one.share)),
      el("h2", {}, "Nearest tracks"), trackItems(neighbours, { distance: true }), (track.notes ?? []).map((text) => el("p", { class: "soft small" }, text)));
    say(`Placed: ${track.label}`);
  } catch (error) { clear(panel, el("h1", {}, file.name), problem(error)); say("The file could not be placed"); }
}
