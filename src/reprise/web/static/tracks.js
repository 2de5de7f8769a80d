// All tracks as columns, read from the binary map (see reprise.web.map_bytes).

import { api } from "./dom.js";

const KINDS = { float32: Float32Array, int16: Int16Array, uint8: Uint8Array };

export function decode(buffer) {
  const view = new DataView(buffer);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const start = Math.ceil((4 + length) / 8) * 8;
  const columns = {};
  for (const { name, type, offset, width } of header.columns) {
    columns[name] = type === "ascii"
      ? new Uint8Array(buffer, start + offset, header.tracks * width)
      : new KINDS[type](buffer, start + offset, header.tracks);
    if (type === "ascii") columns.idWidth = width;
  }
  return { size: header.tracks, run: header.run, names: header.names, ...columns };
}

export function idOf(tracks, row) {
  const bytes = tracks.track_id.subarray(row * tracks.idWidth, (row + 1) * tracks.idWidth);
  let made = "";
  for (const byte of bytes) if (byte) made += String.fromCharCode(byte);
  return made;
}

export function rowOf(tracks, id) {
  let low = 0, high = tracks.size - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = idOf(tracks, middle);
    if (found === id) return middle;
    if (found < id) low = middle + 1; else high = middle - 1;
  }
  return -1;
}

export async function load() {
  const version = await api("version");  // has the server read a changed run first
  const reply = await fetch("/api/v1/map");
  if (!reply.ok) throw new Error(`the map could not be loaded (${reply.status})`);
  const tracks = decode(await reply.arrayBuffer());
  return { tracks, version };
}

const known = new Map();
export async function brief(id) {
  if (!known.has(id)) {
    if (known.size > 2000) known.clear();
    known.set(id, api(`tracks/${encodeURIComponent(id)}`).catch((error) => { known.delete(id); throw error; }));
  }
  return known.get(id);
}
