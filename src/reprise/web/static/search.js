// Search as one types, usable by keyboard: in the header, and wherever a track is to be chosen.

import { api, byId, clear, el, later, query } from "./dom.js";
import { brief } from "./tracks.js";
import { under } from "./pieces.js";
import { go } from "./route.js";

export function combobox(input, list, onpick, onall) {
  let found = [], at = -1;
  const shut = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); at = -1; };
  const mark = (next) => {
    at = next;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
    if (at >= 0) { input.setAttribute("aria-activedescendant", list.children[at].id); list.children[at].scrollIntoView({ block: "nearest" }); }
  };
  const choose = (track) => { shut(); onpick(track); };
  const ask = later(120, async () => {
    const words = input.value.trim();
    if (!words) { shut(); return; }
    try { found = (await api(`search?${query({ q: words, limit: 12 })}`)).tracks; } catch { found = []; }
    if (input.value.trim() !== words) return;
    clear(list, found.length
      ? found.map((track, index) => el("li", { role: "option", id: `${list.id}-${index}`, "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); choose(track); } }, track.title, el("small", {}, under(track))))
      : el("li", { role: "option", "aria-disabled": "true" }, "No track has these words."));
    list.hidden = false; input.setAttribute("aria-expanded", "true"); at = -1;
  });
  input.addEventListener("input", ask);
  input.addEventListener("blur", () => setTimeout(shut, 100));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut();
    else if (event.key === "ArrowDown" && !list.hidden && found.length) { event.preventDefault(); mark((at + 1) % found.length); }
    else if (event.key === "ArrowUp" && !list.hidden && found.length) { event.preventDefault(); mark((at - 1 + found.length) % found.length); }
    else if (event.key === "Enter") { event.preventDefault(); if (at >= 0) choose(found[at]); else if (onall) { shut(); onall(input.value.trim()); } else if (found.length) choose(found[0]); }
  });
}

export function header() {
  const input = byId("query");
  combobox(input, byId("hits"), (track) => { input.value = ""; go("map", { track: track.track_id }); }, (words) => go("tracks", { q: words }));
  byId("search").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => { if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName)) { event.preventDefault(); input.focus(); } });
}

let made = 0;
export function picker(name, id, onpick) {
  made += 1;
  const input = el("input", { type: "text", id: `pick${made}`, role: "combobox", "aria-expanded": "false", "aria-controls": `picks${made}`, "aria-autocomplete": "list", placeholder: "title or artist", maxlength: "200", autocomplete: "off" });
  const list = el("ul", { id: `picks${made}`, role: "listbox", "aria-label": name, hidden: true, class: "picks" });
  combobox(input, list, (track) => onpick(track.track_id), null);
  if (id) brief(id).then((track) => { input.value = track.title; }).catch(() => { input.value = id; });
  return el("div", { class: "pick" }, el("label", { class: "soft small", for: `pick${made}` }, name), input, list);
}
