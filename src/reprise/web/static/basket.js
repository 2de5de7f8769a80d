// The playlist that is being put together; it stays in this browser.

import { save } from "./dom.js";

const KEY = "reprise-playlist", MOST = 20_000;
let ids = [], listeners = [];
try { ids = JSON.parse(localStorage.getItem(KEY) || "[]").filter((id) => /^[0-9A-Za-z_-]{1,64}$/.test(id)); } catch { ids = []; }

export const all = () => ids;
export const has = (id) => ids.includes(id);
export const onChange = (act) => { listeners.push(act); };

function store(next) {
  ids = next.slice(0, MOST);
  try { localStorage.setItem(KEY, JSON.stringify(ids)); } catch { /* private window: it lasts as long as the page */ }
  listeners.forEach((act) => act(ids));
}

export function add(more) { const known = new Set(ids); store([...ids, ...more.filter((id) => !known.has(id) && known.add(id))]); }
export const set = (next) => store([...new Set(next)]);
export const remove = (id) => store(ids.filter((one) => one !== id));
export function move(id, by) {
  const from = ids.indexOf(id), to = from + by;
  if (from < 0 || to < 0 || to >= ids.length) return;
  const next = ids.slice();
  [next[from], next[to]] = [next[to], next[from]];
  store(next);
}

export async function download(trackIds, format, title, links = "url") {
  const reply = await fetch("/api/v1/playlist", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ track_ids: trackIds, format, title, links }) });
  if (!reply.ok) throw new Error((await reply.json()).detail);
  const name = /filename="([^"]+)"/.exec(reply.headers.get("Content-Disposition") ?? "")?.[1] ?? `playlist.${format}`;
  save(name, await reply.blob());
}
