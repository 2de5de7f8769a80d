// The explorer: reads the address, shows the view, keeps both in step.

import { api, byId, clear, count, el } from "./dom.js";
import { isDark } from "./colours.js";
import { load } from "./tracks.js";
import { explore } from "./explore.js";
import { listing } from "./listing.js";
import { meaning } from "./meaning.js";
import { playlist } from "./playlist.js";
import { audit, models, results } from "./reports.js";
import * as basket from "./basket.js";
import * as player from "./player.js";
import * as route from "./route.js";
import { header } from "./search.js";

const VIEWS = { map: ["Map", explore], mood: ["Mood", explore], path: ["Path", explore], meaning: ["Meaning", meaning], tracks: ["Tracks", listing], playlist: ["Playlist", playlist], models: ["Models", models], audit: ["Audit", audit], results: ["Results", results] };
const main = byId("main"), state = {};
let shown = null, before = "";

function navigation(view) {
  const many = basket.all().length;
  clear(byId("nav"), Object.entries(VIEWS).map(([name, [text]]) => el("li", {}, el("a", { href: route.link(name), "aria-current": name === view ? "page" : null }, name === "playlist" && many ? `${text} (${count(many)})` : text))));
  byId("nav").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function show() {
  const { view, given } = route.read(), known = VIEWS[view] ? view : "map";
  shown?.close?.();
  navigation(known);
  document.title = `${VIEWS[known][0]} · Reprise`;
  const made = VIEWS[known][1](main, state, known, given);
  shown = made?.close ? made : null;
  main.dataset.view = known;
  if (before && before !== known) main.focus({ preventScroll: true });
  before = known;
}

function theme() {
  let kept = null;
  try { kept = localStorage.getItem("reprise-theme"); } catch { /* private window */ }
  if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
  byId("theme").addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("reprise-theme", next); } catch { /* lasts as long as the page */ }
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
}

async function watch() {  // a run that was computed anew meanwhile
  try {
    const version = await api("version");
    if (version.run === state.version.run) return;
    const notice = byId("notice");
    notice.hidden = false;
    clear(notice, "The run has changed. ", el("button", { type: "button", onclick: () => location.reload() }, "Show the new one"));
  } catch { /* the server is gone; the next request will say so */ }
}

async function start() {
  theme(); header(); player.prepare();
  document.querySelector("[data-skip]").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
  basket.onChange(() => navigation(route.read().view));
  clear(main, el("p", { class: "empty" }, "Loading …"));
  try {
    const [loaded, facets] = await Promise.all([load(), api("facets")]);
    Object.assign(state, loaded, { facets });
  } catch (error) { clear(main, el("p", { class: "empty error", role: "alert" }, `The run could not be loaded: ${error.message}`)); return; }
  addEventListener("hashchange", show);
  show();
  document.documentElement.dataset.ready = "yes";
  document.addEventListener("visibilitychange", () => { if (!document.hidden) watch(); });
}

start();
