// The dialog that asks for one line of text.

import { el, put, freshId } from "./dom.js";

/** Ask, and return what was typed, or null if the dialog was closed without an answer. */
export function ask({ title, text, fault = "", field, type = "text", button }) {
  const dialog = document.getElementById("ask");
  const id = freshId("ask");
  const input = el("input", {
    id, type, autocomplete: "off", required: true, "aria-describedby": `${id}-text ${id}-fault`,
    "aria-invalid": fault ? "true" : null,
  });
  const form = el("form", { method: "dialog" },
    el("h2", { id: "ask-title" }, title),
    el("p", { id: `${id}-text` }, text),
    el("label", { for: id }, field),
    input,
    el("p.fault", { id: `${id}-fault`, role: "alert" }, fault),
    el("div.buttons",
      el("button.primary", { type: "submit" }, button),
      el("button", { type: "button", onclick: () => dialog.close() }, "Not now")),
  );
  return new Promise((resolve) => {
    let answer = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer = input.value.trim() || null;
      dialog.close();
    });
    dialog.addEventListener("close", () => resolve(answer), { once: true });
    put(dialog, form);
    dialog.showModal();
    input.focus();
  });
}
