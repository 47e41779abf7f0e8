// The view "Certify": a picture, a model and how to certify it.

import { el, hold, json, jsonBlob, keep, link, makeFault, post, put, refused, visit } from "../kit.js";
import { asJson, makeFields, makeSigma, modelField, valuesOf } from "../certify/fields.js";
import { makeImageInput } from "../certify/image_input.js";
import { makePlanLine } from "../certify/plan_line.js";
import { makeSnippets } from "../certify/snippets.js";
import { makeTensorInput } from "../certify/tensor_input.js";
import { startRun } from "../run/sending.js";

export const title = "Certify";

export async function mount(root, params, signal) {
	const { models } = await json("v1/models", signal);
	if (models.length) put(root, el("h1", "How far can a picture be changed before the answer changes?"), makeForm(models, params, signal));
	else put(root, el("h1", "No model is installed"), link("How to install one, and what is wrong with others", "models", {}, "a.button"));
}

function makeForm(models, params, signal) {
	const model = modelField(models, params.model ?? "mnist", () => otherModel(true));
	const sigma = makeSigma();
	const fields = makeFields(params);
	const faults = makeFaults([model, sigma, ...fields.all]);
	const refuse = (problem) => faults.refuse(problem, input.fault);
	const plan = makePlanLine(refuse, signal);
	const snippets = makeSnippets();
	const submitter = el("button.primary", { type: "submit" }, "Certify");
	const [inputPlace, copiesPlace] = [el("div"), el("div")];
	const form = el("form.two", { novalidate: true, autocomplete: "off", oninput: changed, onsubmit: send }, el("section.card", { "aria-label": "Input" }, inputPlace),
	el("section.card", { "aria-label": "How to certify" }, model.node, sigma.node, copiesPlace, fields.node,
		el("div.row", submitter, plan.node), faults.node, snippets.node));
	let input = null;

	function otherModel(chosen) {
		const next = model.current();
		const before = input?.value;
		const { low, high, kind } = next.input;
		sigma.scale(high - low, (!chosen && params.sigma) || (next.trained_sigma ?? undefined));
		if (kind === "image") {
			input = makeImageInput(next, changed, signal);
			const sample = chosen ? before?.sample : params.sample;
			if (sample) input.takeSample(sample);
			else if (/image|folder/.test(before?.kind)) input.use(before);
		} else {
			input = makeTensorInput(next, chosen ? "" : params.numbers, changed);
		}
		put(inputPlace, input.node);
		put(copiesPlace, input.copies);
		changed();
	}

	function changed() {
		const { low, high } = model.current().input;
		const { value } = input;
		const values = valuesOf(form);
		input.sigma(values.sigma / (high - low) || 0);
		faults.clear();
		keep("certify", { ...values, ...named(value) });
		submitter.textContent = value?.rows ? "Start the run" : "Certify";
		snippets.show(values, value);
		fields.offer(model.current().offers, values);
		plan.follow(values, model.current());
	}

	async function send(event) {
		event.preventDefault();
		const { value, fault } = input;
		if (!value) {
			fault.show("There is no input yet: drop one, choose one, or take a sample.");
			fault.field.focus();
			return;
		}
		submitter.disabled = true;
		faults.clear();
		const sent = value.rows ? startRun(valuesOf(form), value, signal).then((id) => visit("run", { id }))
			: submit(valuesOf(form), value, signal).then(({ id }) => visit("job", { id, ...named(value) }));
		await sent.catch(refused((_, problem) => refuse(problem).field?.focus())).finally(() => { submitter.disabled = false; });
	}
	otherModel(false);
	return form;
}

function named(input) {
	return { sample: input?.sample, numbers: input?.tensor?.data.join(",") };
}

function makeFaults(fields) {
	const other = makeFault();
	const faults = { other, ...Object.fromEntries(fields.map(({ input, fault }) => [input.name, fault])) };
	return {
		node: other.node,
		clear: () => Object.values(faults).forEach((fault) => fault.show("")),
		/** Say what is wrong beside each field, and return the first of the faults. */
		refuse({ errors, message: about }, ofInput) {
			return (errors.length ? errors : [{ field: "", message: about }]).map(({ field, message }) => {
				const name = field.replace("stop.", "stop_").replace(/^stop$/, "stop_radius");
				const fault = /^(image|tensor)/.test(name) ? ofInput : faults[name] ?? other;
				fault.show(fault === other && field ? `${field}: ${message}` : message);
				return fault;
			})[0];
		},
	};
}

/** Submit a certification, once even if it is sent again, and keep its input. */
export async function submit(values, input, signal) {
	const headers = { "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
	const content = input.tensor ? jsonBlob(asJson(values, { tensor: input.tensor })) : { ...values, [input.kind]: input.file };
	const job = await post("v1/certifications", content, signal, { headers });
	hold(job.id, input);
	return job;
}
