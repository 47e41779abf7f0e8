// The address holds the view and what it shows: `?view=job&id=...`, never a key.

let moved = () => {};

export function onMove(call) {
	moved = call;
	window.addEventListener("popstate", () => call(false));
}

export function here() {
	const { view = "certify", ...params } = Object.fromEntries(new URLSearchParams(window.location.search));
	return { view, params };
}

export function link(view, params = {}) {
	return `?${new URLSearchParams([["view", view], ...Object.entries(params).filter(([name, value]) => name !== "view" && value)])}`;
}

export function go(view, params = {}) {
	history.pushState(null, "", link(view, params));
	moved(false);
}

export function keep(view, params = {}) {
	history.replaceState(null, "", link(view, params));
}
