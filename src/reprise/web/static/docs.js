// The API, drawn from its OpenAPI description: what can be asked, with which parameters, and one example that runs.

import { clear, el, byId } from "./dom.js";

try { const kept = localStorage.getItem("reprise-theme"); if (kept) document.documentElement.dataset.theme = kept; } catch { /* private window */ }
const described = await (await fetch("/api/v1/openapi.json")).json();
const schema = (given) => (given?.$ref ? described.components.schemas[given.$ref.split("/").pop()] : given);
const kind = (given) => {
  const found = schema(given) ?? {};
  if (found.enum) return found.enum.join(" | ");
  if (found.anyOf) return found.anyOf.map(kind).filter((text) => text !== "null").join(" | ");
  if (found.type === "array") return `${kind(found.items)}, repeatable`;
  const range = [found.minimum !== undefined ? `≥ ${found.minimum}` : "", found.maximum !== undefined ? `≤ ${found.maximum}` : ""].filter(Boolean).join(", ");
  return [found.type ?? "", range].filter(Boolean).join(" ");
};

function parameters(list) {
  if (!list?.length) return null;
  return el("details", {}, el("summary", {}, `${list.length} parameters`), el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, ["Name", "Form", "Meaning"].map((text) => el("th", {}, text)))), el("tbody", {}, list.map((one) => el("tr", {}, el("td", {}, el("code", {}, one.name), one.required ? el("span", { class: "soft" }, " needed") : null), el("td", { class: "small" }, kind(one.schema)), el("td", { class: "small" }, one.description ?? one.schema?.description ?? "")))))));
}

function answer(operation) {
  const found = schema(Object.values(operation.responses["200"]?.content ?? {})[0]?.schema);
  if (!found?.properties) return null;
  return el("details", {}, el("summary", {}, "Answer"), el("dl", { class: "facts" }, Object.entries(found.properties).flatMap(([name, one]) => [el("dt", {}, el("code", {}, name)), el("dd", {}, [kind(one), one.description].filter(Boolean).join(": "))])));
}

clear(byId("main"), el("div", { class: "page" }, el("h1", {}, "The API"), described.info.description.split("\n\n").map((text) => el("p", { class: "lead" }, text.replaceAll("`", ""))),
  el("p", {}, el("a", { href: "/api/v1/openapi.json" }, "OpenAPI description"), " (for generators of clients)"),
  el("div", {}, Object.entries(described.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => el("article", { class: "card", style: { "margin-bottom": "14px" } },
    el("h2", {}, el("code", {}, `${method.toUpperCase()} ${path}`)), el("p", {}, el("b", {}, operation.summary), ". ", el("span", { class: "soft" }, operation.description ?? "")),
    method === "get" && !path.includes("{") && !(operation.parameters ?? []).some((one) => one.required) ? el("p", { class: "small" }, el("a", { href: path }, "Try it")) : null, parameters(operation.parameters), answer(operation)))))));
