// The address holds the view and what it shows: `?view=job&id=...`. It never holds a key.

let moved = () => {};

/** Call a function whenever another view is to be shown. */
export function onMove(call) {
  moved = call;
  window.addEventListener("popstate", () => call(false));
}

/** The view that the address names, and its other parameters. */
export function here() {
  const { view = "certify", ...params } = Object.fromEntries(new URLSearchParams(window.location.search));
  return { view, params };
}

/** The address of a view. Parameters that are null, undefined or empty are left out. */
export function link(view, params = {}) {
  const kept = Object.entries({ ...params, view: undefined }).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return `?${new URLSearchParams([["view", view], ...kept])}`;
}

/** Show another view. The browser's back button returns to this one. */
export function go(view, params = {}) {
  window.history.pushState(null, "", link(view, params));
  moved(false);
}

/** Write what the view now shows into the address, without a new entry in the history. */
export function keep(view, params = {}) {
  window.history.replaceState(null, "", link(view, params));
}
