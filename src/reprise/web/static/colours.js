// Colours: twelve that stay apart for most eyes, on light and dark ground; one sequential scale; grey for what is missing.

const LIGHT = ["#3b6fd4", "#e07b28", "#2f9e6e", "#c9405b", "#8a5cd0", "#a8791c", "#d45ca3", "#2a9db5", "#7a8b2c", "#7d6355", "#5561a8", "#d8a200"];
const DARK = ["#6d9cff", "#ffa04d", "#4fd09a", "#ff6f8a", "#b892ff", "#dcb14c", "#ff8fd0", "#52cfe8", "#b3c750", "#b99b8a", "#8e9bf0", "#ffd84a"];
const SCALE = { light: ["#2b2a6b", "#2e5e9e", "#27908e", "#62b765", "#e3b62f"], dark: ["#4c57c9", "#3f8fd0", "#3cbfae", "#93d76b", "#ffe66b"] };
export const MISSING = { light: [160, 158, 166, 90], dark: [130, 130, 145, 90] };

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export const ground = () => (isDark() ? "dark" : "light");

const parse = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

export function categoryColour(index) {
  const palette = isDark() ? DARK : LIGHT;
  if (index < palette.length) return palette[index];
  const base = parse(palette[index % palette.length]);
  const shift = 0.55 + 0.25 * ((Math.floor(index / palette.length) * 7) % 3);
  return `#${base.map((part) => Math.round(part * shift).toString(16).padStart(2, "0")).join("")}`;
}

export function scaleColour(share) {
  const stops = SCALE[ground()].map(parse);
  const place = Math.min(0.9999, Math.max(0, share)) * (stops.length - 1);
  const at = Math.floor(place), part = place - at;
  return stops[at].map((value, index) => Math.round(value + part * (stops[at + 1][index] - value)));
}

const cache = new Map();
export function categoryRgb(index) {
  const key = `${ground()} ${index}`;
  if (!cache.has(key)) cache.set(key, parse(categoryColour(index)));
  return cache.get(key);
}
