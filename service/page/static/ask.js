// The dialog that asks for an API key.

import { button, el, put } from "./dom.js";
import { makeField } from "./field.js";

/** Ask, and return what was typed, or null if the dialog was closed. `refusal`: what the service said of the last key. */
export function askKey(refusal) {
	const dialog = document.getElementById("ask");
	const input = el("input", { type: "password", autocomplete: "off", required: true });
	const { node, fault } = makeField("API key", input, "This page forgets the key when you close or reload it.");
	return new Promise((resolve) => {
		let answer = null;
		put(dialog, el("form.stack", { method: "dialog", onsubmit: () => { answer = input.value.trim(); } },
			el("h2", { id: "ask-title" }, "This service asks for an API key"), node,
			el("div.buttons", el("button.primary", "Use this key"), button("Not now", () => dialog.close()))));
		dialog.addEventListener("close", () => resolve(answer), { once: true });
		dialog.showModal();
		fault.show(refusal || "");
		input.focus();
	});
}
