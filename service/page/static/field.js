// One input with its label, a hint, and the place for what the service says of it.

import { el, put, say } from "./dom.js";

let last = 0;

const freshId = () => `id-${last += 1}`;

/** `hint`: text, or a function of the value; `within`: what holds the input. */
export function makeField(title, input, hint, within = input) {
	const fault = makeFault(input);
	const about = el("div.hint", { id: freshId() });
	const explain = () => put(about, typeof hint === "function" ? hint(input.value) : hint);
	input.id = freshId();
	input.setAttribute("aria-describedby", `${about.id} ${fault.node.id}`);
	input.addEventListener("input", explain);
	explain();
	return { input, fault, node: el("div.field", el("label", { for: input.id }, title), within, about, fault.node) };
}

export const fileField = (title, accept, take, hint) => makeField(title, el("input", { type: "file", accept, onchange: ({ target }) => take(target.files[0]) }), hint);

export function makeFault(field) {
	const node = el("p.fault", { id: freshId(), role: "alert" });
	return {
		node,
		field,
		show(text) {
			say(node, text);
			if (field) field.ariaInvalid = text ? "true" : null;
		},
	};
}

/** `options`: values, or pairs of a value and its text. */
export const makeSelect = (options, chosen, props) => el("select", props, options.map((option) => [option].flat()).map(([value, text]) => el("option", { value, selected: value === chosen }, text || value)));

export const choice = (name, options, chosen, changed) => makeField(name, makeSelect(options, chosen, { onchange: ({ target }) => changed(target.value) })).node;
