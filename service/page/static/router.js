// The address holds the view and what it shows: `?view=job&id=...`, never a key.

import { el } from "./dom.js";

export function here({ search } = location) {
	const { view = "certify", ...params } = Object.fromEntries(new URLSearchParams(search));
	return [view, params];
}

export const query = (params) => `?${new URLSearchParams(Object.entries(params).filter(([, value]) => value))}`;

const address = (view, params) => query({ view, ...params });

/** A link to a view. `name`: as `el` takes it, to look like a button. */
export const link = (text, view, params, name = "a") => el(name, { href: address(view, params) }, text);

export function visit(view, params) {
	history.pushState(null, "", address(view, params));
	dispatchEvent(new PopStateEvent("popstate"));
}

export const keep = (view, params) => history.replaceState(null, "", address(view, params));
