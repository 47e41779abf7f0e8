// The view "Jobs".

import { el } from "../dom.js";

export const title = "Jobs";

/** Show the view in `root`. `signal` is aborted when it is left. */
export async function mount(root, params, signal) {
  root.append(el("h1", {}, title));
}
