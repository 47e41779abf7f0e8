// The view of the installed models, and of what is wrong with those that cannot be used.

import { json } from "../api.js";
import { el, put } from "../dom.js";
import { link } from "../router.js";

export const title = "Models";

/** Show the view in `root`. `signal` is aborted when it is left. */
export async function mount(root, params, signal) {
  const { models, broken } = await json("v1/models", { signal });
  put(root, el("h1", title), el("div.stack", models.map(cardOf),
    Object.entries(broken).map(([name, reason]) => el("section.card", el("h2", name), el("p.fault", reason))),
    models.length ? null : el("p", "No model can be used. certify-models import makes one of a network of your own.")));
}

function cardOf(model) {
  const trained = model.trained_sigma === null ? "without noise" : `with noise of sigma ${model.trained_sigma}`;
  return el("section.card", el("h2", model.name), el("p", model.description ?? "Nobody has described this model."),
    el("p.small.muted", `Trained ${trained}. Input ${model.input.shape.join(" × ")}. ${model.labels.length} classes. Licence: ${model.licence ?? "nobody said"}.`),
    model.unloadable ? el("p.fault", model.unloadable) : el("a.button", { href: link("certify", { model: model.name }) }, `Certify with ${model.name}`));
}
