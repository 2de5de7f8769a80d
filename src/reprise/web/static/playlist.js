// The playlist of this browser, or one that a link carries.

import { clear, count, el, query } from "./dom.js";
import * as basket from "./basket.js";
import { exportRow } from "./panel.js";
import { problem, trackItem } from "./pieces.js";
import { brief } from "./tracks.js";
import { link, note } from "./route.js";

const SHARED = 100, SHOWN = 300;

export async function playlist(main, state, view, given) {
  if (given.id?.length) { basket.set(given.id); note("playlist", {}); }
  const ids = basket.all(), list = el("ul", { class: "tracks" });
  const title = el("input", { type: "text", id: "title", value: "Reprise playlist", maxlength: "200" });
  const again = () => playlist(main, state, view, {});
  const share = ids.length && ids.length <= SHARED ? el("a", { href: link("playlist", { id: ids }) }, "Link to this playlist") : null;
  clear(main, el("div", { class: "page" }, el("h1", {}, "Playlist"),
    ids.length
      ? [el("p", { class: "lead" }, `${count(ids.length)} tracks, kept in this browser only. M3U points to this server's audio; CSV opens in a spreadsheet. `, share),
        el("label", { class: "soft small", for: "title" }, "Name"), title, el("div", { class: "side plain" }, el("div", { id: "export" })), list]
      : el("p", { class: "empty" }, "Nothing yet. Lasso tracks on the ", el("a", { href: link("map") }, "map"), ", or add single ones from their details.")));
  if (!ids.length) return;
  const named = () => clear(main.querySelector("#export"), exportRow(ids, title.value || "Reprise playlist"), el("button", { type: "button", onclick: () => { basket.set([]); again(); } }, "Empty it"));
  title.addEventListener("change", named);
  named();
  main.querySelectorAll('[data-export] ~ button').forEach((button) => button.remove());
  try {
    const tracks = (await Promise.all(ids.slice(0, SHOWN).map((id) => brief(id).catch(() => ({ track_id: id, title: "not in this run", artist: id })))));
    const small = (text, name, act, off) => el("button", { type: "button", class: "mini", "aria-label": name, title: name, disabled: off, onclick: () => { act(); again(); } }, text);
    clear(list, tracks.map((track, at) => trackItem(track, { extra: el("span", { class: "row" },
      small("↑", `Move ${track.title} up`, () => basket.move(track.track_id, -1), at === 0), small("↓", `Move ${track.title} down`, () => basket.move(track.track_id, 1), at === ids.length - 1), small("✕", `Remove ${track.title}`, () => basket.remove(track.track_id), false)) })));
    if (ids.length > SHOWN) list.append(el("li", { class: "soft" }, `and ${count(ids.length - SHOWN)} more, which are exported as well`));
  } catch (error) { clear(list, problem(error)); }
}
