// Elements made from data. Markup in labels and file names stays text.

/** Make an HTML element: `el("p.small.muted", { id }, children)`. The object holds attributes and `on...`: listeners, and may
 *  be left out, as are null and false. */
export const el = (name, ...rest) => fill("1999/xhtml", name, rest);

export const svg = (name, ...rest) => fill("2000/svg", name, rest);

export const button = (text, onclick, props) => el("button", { type: "button", onclick, ...props }, text);

export const card = (title, ...children) => el("section.card", el("h2", title), children);

export const live = (name) => el(name, { "aria-live": "polite" });

export function droppable(node, take) {
	for (const name of ["dragover", "dragleave", "drop"]) node.addEventListener(name, (event) => {
		event.preventDefault();
		node.classList.toggle("over", name === "dragover");
		if (name === "drop") take(event.dataTransfer);
	});
	return node;
}

export const bar = (value = 0, max = 1, kind = "") => el("progress", { value, max, class: kind, "aria-hidden": "true" });

export const put = (node, ...children) => node.replaceChildren(...flat(children));

/** Write text into a node where it differs, so that screen readers tell changes alone. */
export function say(node, text) {
	if (node.textContent !== String(text)) node.textContent = text;
}

function fill(space, name, [props, ...children]) {
	const [tag, ...classes] = name.split(".");
	const node = document.createElementNS(`http://www.w3.org/${space}`, tag);
	node.classList.add(...classes);
	if (props?.constructor !== Object) children.unshift(props);
	else for (const [key, value] of Object.entries(props)) {
		if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
		else if (isGiven(value)) node.setAttribute(key, value === true ? "" : value);
	}
	node.append(...flat(children));
	return node;
}

const flat = (children) => children.flat(Infinity).filter(isGiven);

const isGiven = (value) => (value ?? false) !== false;
