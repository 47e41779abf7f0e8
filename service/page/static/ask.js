// The dialog that asks for an API key.

import { el, put } from "./dom.js";

/** Ask, and return what was typed, or null if the dialog was closed. `fault`: what the service said of the last key. */
export function askKey(fault) {
	const dialog = document.getElementById("ask");
	const input = el("input", { id: "key", type: "password", autocomplete: "off", required: true, "aria-describedby": "key-text key-fault", "aria-invalid": fault && "true" });
	return new Promise((resolve) => {
		let answer = null;
		put(dialog, el("form", { method: "dialog", onsubmit: () => { answer = input.value.trim(); } },
			el("h2", { id: "ask-title" }, "This service asks for an API key"),
			el("p", { id: "key-text" }, "The key stays in the memory of this page and is forgotten when you close or reload it."),
			el("label", { for: "key" }, "API key"), input, el("p.fault", { id: "key-fault", role: "alert" }, fault),
			el("div.buttons", el("button.primary", { type: "submit" }, "Use this key"), el("button", { type: "button", onclick: () => dialog.close() }, "Not now"))));
		dialog.addEventListener("close", () => resolve(answer), { once: true });
		dialog.showModal();
		input.focus();
	});
}
