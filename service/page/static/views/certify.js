// The view "Certify": a picture, a model and how to certify it.

import { el, go, json, keep, Problem, put } from "../kit.js";
import { asJson, makeFault, makeFields, modelField } from "../certify/fields.js";
import { makeImageInput } from "../certify/image_input.js";
import { makePlanLine } from "../certify/plan_line.js";
import { makeSigma } from "../certify/sigma.js";
import { makeSnippets } from "../certify/snippets.js";
import { makeTensorInput } from "../certify/tensor_input.js";
import { hold } from "../held.js";
import { startRun } from "../run/sending.js";

export const title = "Certify";
const FIRST_MODEL = "mnist";

export async function mount(root, params, signal) {
	const { models } = await json("v1/models", { signal });
	if (!models.length) {
		put(root, el("section.card.empty", el("h1", "No model is installed"),
			el("p", "Put a model's folder into the models directory, or import a network of your own with certify-models import."),
			el("a.button", { href: "?view=models" }, "What is wrong with the models")));
		return;
	}
	new Form(models, params, signal).showIn(root);
}

class Form {
	constructor(models, params, signal) {
		this.params = params;
		this.signal = signal;
		this.model = modelField(models, params.model ?? FIRST_MODEL, () => this.otherModel(true));
		this.sigma = makeSigma(() => this.changed());
		this.fields = makeFields(params, () => this.changed());
		this.plan = makePlanLine((plan) => this.fields.chosen(plan), (problem) => this.refuse(problem), signal);
		this.snippets = makeSnippets();
		this.other = makeFault();
		this.faults = { ...this.fields.faults, model: this.model.fault, sigma: this.sigma.fault, other: this.other };
		this.submit = el("button.primary", { type: "submit" }, "Certify");
		this.inputPlace = el("div");
		this.copiesPlace = el("div");
	}

	showIn(root) {
		const form = el("form.two", { novalidate: true, onsubmit: (event) => {
			event.preventDefault();
			this.send();
		} },
		el("section.card.stack", { "aria-label": "Input" }, this.inputPlace),
		el("section.card.stack", { "aria-label": "How to certify" }, this.model.node, this.sigma.node, this.copiesPlace, this.fields.node,
			el("div.row", this.submit, this.plan.node), this.other.node, this.snippets.node));
		put(root, el("h1", "How far can a picture be changed before the answer changes?"), form);
		this.otherModel(false);
	}

	async otherModel(chosen) {
		const model = this.model.current();
		const before = this.input?.value;
		const { low, high } = model.input;
		this.sigma.scale(high - low, chosen ? model.trained_sigma : this.params.sigma ?? model.trained_sigma);
		if (model.input.kind === "image") {
			this.input = makeImageInput(model, () => this.changed(), this.signal);
			const sample = chosen ? before?.sample : this.params.sample;
			if (sample) this.input.takeSample(sample);
			else if (before?.kind === "image") this.input.take(before.file);
			else if (before?.kind === "folder") this.input.useFolder(before);
		} else {
			this.input = makeTensorInput(model, chosen ? "" : this.params.numbers, () => this.changed());
		}
		put(this.inputPlace, this.input.node);
		put(this.copiesPlace, this.input.copies);
		this.changed();
	}

	values() {
		const sigma = this.sigma.value();
		return { model: this.model.current().name, ...(sigma && { sigma }), ...this.fields.values() };
	}

	changed() {
		if (!this.input) return;
		const { low, high } = this.model.current().input;
		this.input.sigma(Number(this.sigma.value()) / (high - low) || 0);
		const values = this.values();
		this.clear();
		const { sample, numbers } = this.input.value ?? {};
		keep("certify", { ...values, sample, numbers: numbers?.join(",") });
		this.snippets.show(values, this.input.value);
		this.plan.follow(values);
	}

	clear() {
		for (const fault of Object.values(this.faults)) fault.show("");
	}

	refuse(problem) {
		let first = null;
		const faults = problem.errors.length ? problem.errors : [{ field: "", message: problem.message }];
		for (const { field, message } of faults) {
			const fault = this.faultOf(field);
			fault.show(fault === this.other && field ? `${field}: ${message}` : message);
			first ??= fault;
		}
		return first;
	}

	faultOf(field) {
		const name = field.replace("stop.", "stop_").replace(/^stop$/, "stop_radius");
		return /^(image|tensor)/.test(name) ? this.input.fault : this.faults[name] ?? this.other;
	}

	async send() {
		const input = this.input.value;
		if (!input) {
			this.input.fault.show("There is no input yet: drop one, choose one, or take a sample.");
			this.input.fault.field.focus();
			return;
		}
		this.submit.disabled = true;
		this.clear();
		try {
			if (input.kind === "folder") go("run", { id: await startRun(this.values(), input, this.signal) });
			else {
				const { id } = await submit(this.values(), input, this.signal);
				hold(id, input);
				go("job", { id, sample: input.sample, numbers: input.numbers?.join(",") });
			}
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			this.refuse(error)?.field?.focus();
		} finally {
			this.submit.disabled = false;
		}
	}
}

/** Submit a certification of an input that this page has. The key makes it happen once, even if it is sent again. */
export function submit(values, input, signal) {
	const headers = { "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
	let body = new FormData();
	if (input.numbers) {
		headers["Content-Type"] = "application/json";
		body = JSON.stringify({ ...asJson(values), tensor: { shape: input.shape, data: input.numbers } });
	} else for (const [name, value] of Object.entries({ ...values, [input.kind]: input.file })) body.append(name, value);
	return json("v1/certifications", { method: "POST", body, headers, signal });
}
