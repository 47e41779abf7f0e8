// Elements made from data. Text always becomes a text node, so markup in labels and file names stays text.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an HTML element: `el("p.small.muted", { id }, children)`. The object may be left out; in it are attributes,
 * `on...`: listeners, `style`: CSS properties. Null and false are left out, among children too.
 */
export function el(name, ...rest) {
  return fill((tag) => document.createElement(tag), name, rest);
}

/** Make an SVG element in the same way. */
export function svg(name, ...rest) {
  return fill((tag) => document.createElementNS(SVG, tag), name, rest);
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

function fill(make, name, [props, ...children]) {
  const [tag, ...classes] = name.split(".");
  const node = make(tag);
  node.classList.add(...classes);
  if (props?.constructor !== Object) children.unshift(props);
  else {
    for (const [key, value] of Object.entries(props)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (key === "style") for (const [property, one] of Object.entries(value)) node.style.setProperty(property, one);
      else node.setAttribute(key, value === true ? "" : value);
    }
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
