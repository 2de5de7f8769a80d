// What the acoustic labels and the clusters of the map mean: in words, and in the figures behind the words.

import { api, clear, count, el, number, percent } from "./dom.js";
import { bars, deviation, dot, problem, trackItems } from "./pieces.js";
import { brief } from "./tracks.js";
import { link, one } from "./route.js";

export async function meaning(main, state, view, given) {
  const labels = el("div", { class: "grid" }), clusters = el("div", { class: "grid" });
  clear(main, el("div", { class: "page" }, el("h1", {}, "What the groups mean"),
    el("p", { class: "lead" }, "Acoustic labels are clusters of the 22 descriptors, named after tags that are over-represented among their training tracks, or after how they sound. Clusters of the map are groups in the latents of ", el("b", {}, state.facets.selected_model ?? "the selected model"), ", made without any label; genres are counted only to describe them."),
    el("h2", {}, "Acoustic labels"), labels, el("h2", { class: "again" }, "Clusters of the map"), clusters));
  try {
    const [named, unnamed] = await Promise.all([api("labels"), api("clusters")]);
    clear(labels, named.map((label) => card(label, "label", label.label, label.index)));
    clear(clusters, unnamed.length ? unnamed.map((cluster, index) => card(cluster, "cluster", `Cluster ${cluster.cluster}`, index)) : el("p", { class: "soft" }, "This run has no clusters."));
    const wanted = one(given, "label") ? `label-${one(given, "label")}` : one(given, "cluster") ? `cluster-Cluster ${one(given, "cluster")}` : "";
    const found = [...main.querySelectorAll(".card")].find((each) => each.dataset.group === wanted);
    found?.scrollIntoView({ block: "center" });
    found?.querySelector("h2")?.focus({ preventScroll: true });
  } catch (error) { clear(labels, problem(error)); }
}

function card(group, kind, name, index) {
  const value = kind === "label" ? group.label : String(group.cluster), central = el("div", {});
  Promise.all(group.central.map(brief)).then((tracks) => { if (tracks.length) clear(central, el("h3", {}, "In its middle"), trackItems(tracks)); }).catch(() => {});
  return el("article", { class: "card", "data-group": `${kind}-${name}` },
    el("h2", { tabindex: "-1" }, dot(index), name), el("p", { class: "meaning" }, group.meaning),
    el("p", { class: "small" }, el("a", { href: link("map", { color: kind, [kind]: value }) }, "Show on the map"), " · ", el("a", { href: link("tracks", { [kind]: value }) }, `${count(group.tracks)} tracks as a list`)),
    central,
    el("details", {}, el("summary", {}, "Figures"),
      group.sound.length ? [el("h3", {}, "Sound, in standard deviations from all tracks"), el("div", { class: "bars" }, group.sound.flatMap((one) => [el("span", { class: "name" }, one.name), deviation(one.deviation), el("span", { class: "n" }, `${one.deviation > 0 ? "+" : ""}${number(one.deviation, 1)}`)]))] : null,
      group.genres.length ? [el("h3", {}, "Genres"), bars(group.genres.map((one) => ({ name: one.name, share: one.share, text: `${percent(one.share)}, all ${percent(one.share_all)}` })))] : null,
      kind === "cluster" && group.labels.length ? [el("h3", {}, "Acoustic labels"), bars(group.labels.map((one) => ({ name: one.name, share: one.share, text: `${percent(one.share)}, all ${percent(one.share_all)}` })))] : null,
      group.tags?.length ? [el("h3", {}, "Tags of its training tracks"), el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, ["tag", "tracks", "times expected", "q"].map((text, at) => el("th", { class: at ? "n" : null }, text)))), el("tbody", {}, group.tags.map((tag) => el("tr", {}, el("td", {}, tag.tag), el("td", { class: "n" }, `${tag.count} of ${tag.cluster_tracks}`), el("td", { class: "n" }, number(tag.lift, 1)), el("td", { class: "n" }, tag.q_value < 0.001 ? "< 0.001" : number(tag.q_value, 3)))))))] : null));
}
