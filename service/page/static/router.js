// The address holds the view and what it shows: `?view=job&id=...`, never a key.

/** The view and the other parameters of an address. */
export function here({ search } = location) {
	const { view = "certify", ...params } = Object.fromEntries(new URLSearchParams(search));
	return [view, params];
}

/** A query of those parameters that have a value. */
export const query = (params) => `?${new URLSearchParams(Object.entries(params).filter(([, value]) => value))}`;

export const link = (view, params) => query({ view, ...params });

/** Go to a view, as the browser itself goes back to one. */
export function visit(view, params) {
	history.pushState(null, "", link(view, params));
	dispatchEvent(new PopStateEvent("popstate"));
}

export function keep(view, params) {
	history.replaceState(null, "", link(view, params));
}
