// The view of all certifications, newest first, in pages.

import { json } from "../api.js";
import { el, put } from "../dom.js";
import { certifier, count, down, label, moment, short, state } from "../format.js";
import { link } from "../router.js";

export const title = "Jobs";
const HEADS = ["State", "Model", "Class", "Radius", "Certifier", "Sigma", "Samples", "Made"];

/** Show the view in `root`. `signal` is aborted when it is left. */
export async function mount(root, params, signal) {
  const rows = el("tbody");
  const more = el("button", { type: "button", onclick: () => add() }, "Show older ones");
  const table = el("div.table", el("table", el("caption.unseen", "Certifications, newest first"),
    el("thead", el("tr", HEADS.map((name) => el("th", { scope: "col" }, name)))), rows));
  let cursor = null;
  async function add() {
    const page = await json(`v1/certifications?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, { signal });
    cursor = page.next_cursor;
    more.hidden = cursor === null;
    rows.append(...page.jobs.map(rowOf));
  }
  await add();
  put(root, el("h1", title), rows.children.length ? [table, more] : el("section.card.empty",
    el("p", "No certification is stored yet."), el("a.button", { href: "?view=certify" }, "Certify a picture")));
}

function rowOf(job) {
  const [name, kind] = state(job);
  const held = job.certificate;
  return el("tr", [
    el("a", { href: link("job", { id: job.id }) }, el("span", { class: `state ${kind}` }, name)), job.request.model, held ? label(held.prediction) : "–",
    held && !held.abstained ? down(held.radius) : "–", certifier(job.request.certifier), short(job.request.sigma),
    count(job.progress.samples_done), moment(job.created_at),
  ].map((cell) => el("td", cell)));
}
