// Elements made from data. Markup in labels and file names stays text.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an HTML element: `el("p.small.muted", { id }, children)`. The object may be left out; in it are attributes,
 * `on...`: listeners, `style`: CSS properties. Null and false are left out, among children too.
 */
export function el(name, ...rest) {
	return fill((tag) => document.createElement(tag), name, rest);
}

export function svg(name, ...rest) {
	return fill((tag) => document.createElementNS(SVG, tag), name, rest);
}

export function put(node, ...children) {
	node.replaceChildren(...flat(children));
	return node;
}

/** Write text into a node only where it differs, so that screen readers are not told of no change. */
export function say(node, text) {
	if (node.textContent !== String(text)) node.textContent = text;
}

function fill(make, name, [props, ...children]) {
	const [tag, ...classes] = name.split(".");
	const node = make(tag);
	node.classList.add(...classes);
	if (props?.constructor !== Object) children.unshift(props);
	else for (const [key, value] of Object.entries(props)) {
		if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
		else if (key === "style") Object.assign(node.style, value);
		else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
	}
	node.append(...flat(children));
	return node;
}

function flat(children) {
	return children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false);
}

let last = 0;

export function freshId(stem = "id") {
	last += 1;
	return `${stem}-${last}`;
}

/** A select with its label. `options`: value -> text; `changed` gets the value that is chosen. */
export function choice(name, options, chosen, changed) {
	const id = freshId("choice");
	return el("div.field", el("label", { for: id }, name), el("select", { id, onchange: ({ target }) => changed(target.value) },
		Object.entries(options).map(([value, text]) => el("option", { value, selected: value === chosen }, text))));
}
