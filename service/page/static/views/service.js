// The views of models, usable and broken, and of workers, in the words of readiness.

import { aboutModel } from "../certify/fields.js";
import { card, el, json, link, put, readiness, service } from "../kit.js";

export const models = { title: "Models", async mount(root, params, signal) {
	const { models: usable, broken } = await json("v1/models", signal);
	put(root, el("h1", "Models"), el("div.stack", usable.map(cardOf), Object.entries(broken).map(([name, reason]) => card(name, el("p.fault", reason))),
		!usable.length && el("p", "No model can be used. Import a network with certify-models import.")));
} };

function cardOf(model) {
	return card(model.name, el("div", aboutModel(model), el("p.small.muted", `Licence: ${model.licence ?? "nobody said"}.`)),
		!model.unloadable && el("div", link(`Certify with ${model.name}`, "certify", { model: model.name }, "a.button")));
}

export const health = { title: "Health", async mount(root, params, signal) {
	const show = ({ missing = [], workers = [] }) => put(root, el("h1", missing.length ? "Jobs cannot run now" : "Jobs can run"), el("div.stack",
		missing.length > 0 && card("What is missing", el("ul", missing.map((one) => el("li", one)))),
		card("Workers", workers.length ? workers.map(workerOf) : el("p", "No worker is alive.")),
		el("p", link("Your jobs in the queue", "jobs", { status: "queued" }))));
	show(await readiness(signal));
	service.addEventListener("health", ({ detail }) => show(detail), { signal });
} };

const workerOf = ({ id, runtime, processes, problems }) => el("div", el("h3", id), el("p", `${runtime}, processes: ${processes}.`), el("ul", Object.entries(problems).map(([name, reason]) => el("li", `${name}: ${reason}`))));
