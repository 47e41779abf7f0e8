// The view of the models, usable and broken.

import { aboutModel } from "../certify/fields.js";
import { el, json, link, put } from "../kit.js";

export const title = "Models";

export async function mount(root, params, signal) {
	const { models, broken } = await json("v1/models", { signal });
	put(root, el("h1", title), el("div.stack", models.map(cardOf),
		Object.entries(broken).map(([name, reason]) => el("section.card", el("h2", name), el("p.fault", reason))),
		models.length ? null : el("p", "No model can be used. certify-models import makes one of a network of your own.")));
}

function cardOf(model) {
	return el("section.card", el("h2", model.name), aboutModel(model), el("p.small.muted", `Licence: ${model.licence ?? "nobody said"}.`),
		!model.unloadable && el("a.button", { href: link("certify", { model: model.name }) }, `Certify with ${model.name}`));
}
