// Elements made from data. Text always becomes a text node, so markup in labels and file names stays text.

const SVG = "http://www.w3.org/2000/svg";

/** Make an HTML element. `props`: attributes; `on...`: listeners; `style`: CSS properties; null and false are left out. */
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** Make an SVG element in the same way. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/** Put children in the place of all that a node holds. */
export function put(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

/** Write text into a node only where it differs, so that screen readers are not told of no change. */
export function say(node, text) {
  if (node.textContent !== String(text)) node.textContent = text;
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...flat(children));
  return node;
}

function flat(children) {
  return children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false);
}

let last = 0;

/** Return an id that no other element of the page has. */
export function freshId(stem = "id") {
  last += 1;
  return `${stem}-${last}`;
}
