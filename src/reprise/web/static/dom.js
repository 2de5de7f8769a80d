// Small tools: elements made from data (text is always text, never markup), and the API.

export function el(name, given = {}, ...children) {
  const made = name.startsWith("svg:") ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [property, set] of Object.entries(value)) made.style.setProperty(property, set);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function clear(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

export function say(text) {
  byId("live").textContent = text;
}

export async function api(path, options) {
  const reply = await fetch(`/api/v1/${path}`, options);
  if (!reply.ok) {
    let why = `the server answered ${reply.status}`;
    try { why = (await reply.json()).detail || why; } catch { /* no JSON */ }
    throw new Error(why);
  }
  return reply.json();
}

export function query(values) {
  const made = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) made.append(key, one);
  }
  return made.toString();
}

export const number = (value, digits = 2) => (value === null || value === undefined || Number.isNaN(value) ? "–" : Number(value).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−"));
export const count = (value) => Number(value).toLocaleString("en");
export const percent = (value) => `${Math.round(value * 100)} %`;

export function save(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function later(wait, act) {
  let timer = 0;
  return (...given) => { clearTimeout(timer); timer = setTimeout(() => act(...given), wait); };
}
