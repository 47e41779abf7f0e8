// The address holds the view and what it shows: `?view=job&id=...`, never a key.

export function here() {
	const { view = "certify", ...params } = Object.fromEntries(new URLSearchParams(location.search));
	return { view, params };
}

/** A query of those parameters that have a value. */
export function query(params) {
	return `?${new URLSearchParams(Object.entries(params).filter(([, value]) => value))}`;
}

export function link(view, params) {
	return query({ view, ...params });
}

export function go(view, params) {
	visit(link(view, params));
}

/** Go to an address of this page, as the browser itself goes back to one. */
export function visit(address) {
	history.pushState(null, "", address);
	dispatchEvent(new PopStateEvent("popstate"));
}

export function keep(view, params) {
	history.replaceState(null, "", link(view, params));
}
