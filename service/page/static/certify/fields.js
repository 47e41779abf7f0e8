// The fields of a certification, with explanations of one line.

import { certifier, el, freshId, put, say } from "../kit.js";

export const CERTIFIERS = {
	"": "Let the service take the one that suits the size of the input.",
	first_order: "Counts the votes alone. The baseline: works in any dimension, with any number of samples.",
	second_order: "Also measures how steep the score is. Pays for small inputs, or with many samples.",
	dipole: "Counts pairs of opposite noise. Pays where the score is well below 1, in any dimension.",
};
const DECISIONS = {
	majority: "The class keeps a score above one half.",
	multiclass: "The class stays ahead of every other class, even with a score below one half.",
	top_k: "The class stays among the k largest scores.",
};
const NOISES = {
	gaussian: "Gaussian noise in float32 numbers.",
	discrete: "Whole steps of an 8-bit image: also holds against classifiers that exploit rounding.",
};
const BOUNDS = {
	tight: "The service's sharper bounds, proved in its documents.",
	paper: "The paper's own bounds, for comparison. They give smaller radii.",
};

/** Name, title, options or placeholder, hint. Those after `null` are under "More choices". */
const FIELDS = [
	["certifier", "Certifier", CERTIFIERS],
	["n", "Samples n", "100000", "Noisy copies that the classifier judges. More samples: a larger radius, and a longer wait."],
	["eta", "Error eta", "0.001", "The chance that the certificate is wrong is at most this."],
	["stop_radius", "Stop at radius", "never", "End as soon as this radius is certified. Empty: judge all n samples."],
	null,
	["bounds", "Bounds", BOUNDS],
	["decision", "Decision", DECISIONS],
	["k", "k", "2", "For top k alone: how many of the largest scores."],
	["noise", "Noise", NOISES],
	["n0", "Selection n0", "100", "Samples that choose the class. They are never counted again."],
	["seed", "Seed", "at random", "The same seed and fields give the same counts. Fix it before you see any result."],
	["stop_give_up", "Give up", { "": "Go on to n samples.", true: "End also once the radius to stop at is out of reach." }],
];
const WORDS = { certifier: "as the service chooses", stop_give_up: "no", true: "yes" };
const DEFAULTS = { bounds: "tight", decision: "majority", noise: "gaussian" };
const NUMBERS = new Set(["n", "n0", "eta", "k", "sigma", "stop_radius"]);

/** `values()` leaves out what is as the service would choose. */
export function makeFields(given, changed) {
	const parts = FIELDS.map((field) => field && fieldOf(field, given[field[0]], changed));
	const [first, more] = [parts.slice(0, parts.indexOf(null)), parts.slice(parts.indexOf(null) + 1)];
	const nodes = (some) => el("div.fields", some.map(({ node }) => node));
	return {
		node: el("div.stack", nodes(first), el("details", { open: more.some(({ input }) => given[input.name]) }, el("summary", "More choices"), nodes(more))),
		values: () => Object.fromEntries([...first, ...more].map(({ input }) => [input.name, input.value.trim()])
			.filter(([name, value]) => value && value !== DEFAULTS[name])),
		faults: Object.fromEntries([...first, ...more].map(({ input, fault }) => [input.name, fault])),
		chosen: (plan) => say(first[0].input.options[0], `${WORDS.certifier} (${certifier(plan.certifier)})`),
	};
}

export function asJson({ stop_radius: radius, stop_give_up: giveUp, ...rest }) {
	const fields = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, NUMBERS.has(name) ? numberOf(value) : value]));
	if (radius || giveUp) fields.stop = { radius: numberOf(radius), ...(giveUp && { give_up: true }) };
	return fields;
}

function numberOf(text) {
	return text !== undefined && Number.isFinite(Number(text)) ? Number(text) : text;
}

function fieldOf([name, title, options, hint], value = "", changed) {
	const chooses = typeof options === "object";
	const input = chooses
		? el("select", { name }, Object.keys(options).map((one) => el("option", { value: one, selected: one === value }, WORDS[one || name] ?? certifier(one))))
		: el("input", { name, type: "text", inputmode: "decimal", placeholder: options, autocomplete: "off", value });
	const field = makeField(title, input, hint);
	const explain = () => chooses && say(field.hint, options[input.value]);
	explain();
	input.addEventListener("input", () => {
		explain();
		changed();
	});
	return { input, ...field };
}

/** An input with its label, a hint, and the place for what the service says of it; `within`: what holds the input. */
export function makeField(title, input, hint, within = input) {
	const fault = makeFault(input);
	const about = hint instanceof Node ? hint : el("p.hint", hint);
	input.id ||= freshId("field");
	about.id = `${input.id}-hint`;
	input.setAttribute("aria-describedby", `${about.id} ${fault.node.id}`);
	return { fault, hint: about, node: el("div.field", el("label", { for: input.id }, title), within, about, fault.node) };
}

export function makeFault(field) {
	const node = el("p.fault", { id: freshId("fault"), role: "alert" });
	return {
		node,
		field,
		show(text) {
			say(node, text);
			if (field) field.ariaInvalid = text ? "true" : null;
		},
	};
}

export function modelField(models, chosen, changed) {
	const select = el("select", { name: "model" }, models.map(({ name, unloadable }) =>
		el("option", { value: name, selected: name === chosen }, unloadable ? `${name} (cannot be loaded)` : name)));
	const field = makeField("Model", select, el("div.hint.small"));
	const current = () => models.find(({ name }) => name === select.value);
	const explain = () => put(field.hint, aboutModel(current()));
	explain();
	select.addEventListener("change", () => {
		explain();
		changed();
	});
	return { current, ...field };
}

export function aboutModel({ labels, trained_sigma: sigma, description, input, unloadable }) {
	const few = labels.length > 12 ? `${labels.slice(0, 10).join(", ")} and ${labels.length - 10} more` : labels.join(", ");
	const trained = sigma === null ? "Trained without noise: expect small radii, or none." : `Trained with noise of sigma ${sigma}.`;
	return [
		el("p", description ?? "Nobody has described this model."),
		el("p", `${trained} Input ${input.shape.join(" × ")}. Classes: ${few}.`),
		unloadable && el("p.fault", `No live worker can load it: ${unloadable}`),
	];
}
