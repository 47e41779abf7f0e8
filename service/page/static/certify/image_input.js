// Where an image comes in: dropped, pasted, chosen or one of the samples.

import { address, Problem } from "../api.js";
import { el, freshId, put } from "../dom.js";
import { SAMPLES, sampleInput } from "../held.js";
import { canvasFor, draw } from "../pixels.js";
import { preview } from "../preview.js";
import { makeFault } from "./fields.js";
import { makeCopies } from "./noisy_copies.js";

const KINDS = "image/png,image/jpeg,image/webp";

/** The part of the view for models of images. `changed` is called when another image is there. */
export function makeImageInput(model, changed, signal) {
  const frame = el("div.frame", el("p.muted", "Drop a picture here, paste one, or choose a file: PNG, JPEG or WebP."));
  const conversions = el("div.small", { "aria-live": "polite" });
  const id = freshId("image");
  const fault = makeFault(`${id}-fault`);
  fault.node.setAttribute("role", "alert");
  const chooser = el("input", { id, type: "file", accept: KINDS, "aria-describedby": `${id}-fault`, onchange: () => take(chooser.files[0]) });
  fault.field = chooser;
  const samples = el("div.samples", { role: "group", "aria-label": "Samples" }, SAMPLES.map((name) =>
    el("button", { type: "button", title: name, "aria-label": `Sample ${name}`, "aria-pressed": "false", onclick: () => takeSample(name) },
      el("img", { src: address(`page/samples/${name}.png`), alt: "", width: 28, height: 28 }))));
  const copies = makeCopies();
  const node = el("div.stack.drop", frame, conversions,
    el("div.field", el("label", { for: id }, "Choose a picture"), chooser, fault.node),
    el("div.field", el("span.label", "or take a sample"), samples));
  const part = { node, copies: copies.node, fault, value: null, sigma: copies.sigma, take, takeSample };
  let turn = 0;

  async function take(file) {
    if (file) await use({ kind: "image", file });
  }
  async function takeSample(name) {
    const input = await sampleInput(name);
    if (input) await use(input);
  }
  async function use(input) {
    turn += 1;
    const mine = turn;
    part.value = input;
    for (const one of samples.children) one.setAttribute("aria-pressed", String(one.title === input.sample));
    fault.show("");
    changed();
    try {
      const picture = await preview(model, input.file, signal);
      if (mine === turn) showPicture(picture, input.file.name);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (mine === turn) refused(error, input.file.name);
    }
  }
  function showPicture(picture, name) {
    copies.show(picture);
    const canvas = canvasFor(picture, `${name} as ${model.name} sees it, ${picture.width} by ${picture.height} pixels`);
    draw(canvas, picture);
    put(frame, canvas);
    const done = picture.conversions.length ? `What was done to it: ${picture.conversions.join("; ")}.` : "Nothing was changed.";
    put(conversions, el("p", `${name} as ${model.name} sees it, ${picture.width} × ${picture.height}. ${done}`));
  }
  function refused(problem, name) {
    copies.show(null);
    put(frame, el("p.muted", name));
    put(conversions);
    fault.show(problem.errors.map(({ message }) => message).join(" ") || problem.message);
  }
  listen(node, chooser, take, signal);
  return part;
}

function listen(node, chooser, take, signal) {
  node.addEventListener("dragover", (event) => {
    event.preventDefault();
    node.classList.add("over");
  });
  node.addEventListener("dragleave", () => node.classList.remove("over"));
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    node.classList.remove("over");
    chooser.value = "";
    take(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    take(file);
  }, { signal });
}
