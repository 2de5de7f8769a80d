// One player for the whole page: tracks play on hover or on demand, from their middle, quietly faded in.

import { byId, el, say } from "./dom.js";
import { link } from "./route.js";

const audio = () => byId("audio");
let current = null, listeners = [], fade = 0;

export const playing = () => (current && !audio().paused ? current.track_id : null);
export const onChange = (act) => { listeners.push(act); };
const tell = () => listeners.forEach((act) => act(playing()));

export function play(track, { aloud = true } = {}) {
  const player = audio();
  byId("player").hidden = false;
  if (current?.track_id !== track.track_id) {
    current = track;
    player.src = `/api/v1/tracks/${encodeURIComponent(track.track_id)}/audio`;
    byId("now").textContent = [track.title, track.genre].filter(Boolean).join(" · ");
    byId("now").href = link("map", { track: track.track_id });
  }
  player.volume = 0;
  clearInterval(fade);
  fade = setInterval(() => { player.volume = Math.min(1, player.volume + 0.12); if (player.volume >= 1) clearInterval(fade); }, 25);
  const started = player.play();
  started?.then(() => { if (aloud) say(`Playing ${track.title}`); }).catch((error) => {
    if (error.name === "NotAllowedError") say("The browser plays sound only after a click or key press on the page.");
    else if (error.name !== "AbortError") say(`${track.title} has no audio here.`);
  });
}

export function stop() { audio().pause(); }
export function toggle(track) { if (playing() === track.track_id) stop(); else play(track); }

export function playButton(track) {
  const button = el("button", { type: "button", class: "mini", "data-play": track.track_id, onclick: () => toggle(track) }, el("span", { "aria-hidden": "true" }, "▶"));
  show(button, playing());
  return button;
}

function show(button, id) {
  const on = button.dataset.play === id;
  button.setAttribute("aria-label", on ? "Pause" : "Play");
  button.firstChild.textContent = on ? "❚❚" : "▶";
  button.closest("li")?.classList.toggle("playing", on);
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export function prepare() {
  const player = audio(), seek = byId("seek");
  byId("toggle").addEventListener("click", () => { if (current) toggle(current); });
  player.addEventListener("timeupdate", () => { byId("clock").textContent = clock(player.currentTime); if (player.duration) seek.value = Math.round((1000 * player.currentTime) / player.duration); });
  seek.addEventListener("input", () => { if (player.duration) player.currentTime = (seek.value / 1000) * player.duration; });
  for (const name of ["play", "pause", "ended", "emptied"]) player.addEventListener(name, tell);
  onChange((id) => {
    byId("toggle").setAttribute("aria-label", id ? "Pause" : "Play");
    byId("toggle").firstChild.textContent = id ? "❚❚" : "▶";
    document.querySelectorAll("[data-play]").forEach((button) => show(button, id));
  });
}

export const hoverPlays = () => byId("hoverplay").checked;
