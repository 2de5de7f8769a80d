// Where the explorer stands: the view and its settings, in the address, so that every view is a link.

export function read() {
  const [view, rest = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const given = {};
  for (const [key, value] of new URLSearchParams(rest)) (given[key] ??= []).push(value);
  return { view: view || "map", given };
}

export const one = (given, key, otherwise = "") => given[key]?.[0] ?? otherwise;

export function link(view, given = {}) {
  const made = new URLSearchParams();
  for (const [key, value] of Object.entries(given)) for (const each of Array.isArray(value) ? value : [value]) if (each !== "" && each !== null && each !== undefined) made.append(key, each);
  const text = made.toString();
  return `#/${view}${text ? `?${text}` : ""}`;
}

export function go(view, given = {}) {
  const wanted = link(view, given);
  if (wanted !== location.hash) location.hash = wanted;
}

export function note(view, given) {  // remember without a new entry in the history
  history.replaceState(null, "", link(view, given));
}
