// The view of runs over whole test sets.

import { json } from "../api.js";
import { el, put } from "../dom.js";
import { moment } from "../format.js";

export const title = "Runs";

/** Show the view in `root`. `signal` is aborted when it is left. */
export async function mount(root, params, signal) {
  const { runs } = await json("v1/runs", { signal });
  put(root, el("h1", title), runs.length
    ? el("ul.card", runs.map((run) => el("li", `${run.id}, made ${moment(run.created_at)}`)))
    : el("section.card.empty", el("p", "No run is stored yet. This command certifies a folder of pictures:"),
      el("pre", el("code", "certify dataset FOLDER --model NAME --out results.tsv"))));
}
