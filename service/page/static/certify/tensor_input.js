// Where a tensor comes in: numbers typed, a file of numpy.save, or a point chosen in the plane.

import { el, freshId } from "../dom.js";
import { makePlane } from "../plane.js";
import { makeFault } from "./fields.js";

const TYPED = 1024;

/** The part of the view for models of tensors. `changed` is called when the numbers are others. */
export function makeTensorInput(model, given, changed) {
  const { shape, low, high } = model.input;
  const size = shape.reduce((product, one) => product * one, 1);
  const id = freshId("tensor");
  const fault = makeFault(`${id}-fault`);
  const box = el("textarea", { id, rows: 3, spellcheck: "false", "aria-describedby": `${id}-hint ${id}-fault`, oninput: () => typed() });
  fault.field = box;
  const chooser = el("input", { id: `${id}-file`, type: "file", accept: ".npy", onchange: () => fileTaken(chooser.files[0]) });
  const plane = size === 2 ? makePlane({ low, high, labels: model.labels, pick: (x, y) => picked([x, y]) }) : null;
  const part = { node: null, copies: null, fault, value: null, sigma: (value) => plane?.sigma(value * (high - low)), take: fileTaken };

  function typed() {
    chooser.value = "";
    const numbers = box.value.split(/[\s,;]+/).filter(Boolean).map(Number);
    const wrong = numbers.some((one) => !Number.isFinite(one)) ? "write numbers, with spaces or commas between them"
      : numbers.length && numbers.length !== size ? `there are ${numbers.length} numbers; the model takes ${size}` : "";
    fault.show(wrong);
    part.value = numbers.length === size && !wrong ? { numbers, shape } : null;
    if (part.value) plane?.point(numbers);
    changed();
  }
  function picked(numbers) {
    box.value = numbers.map((one) => Number(one.toFixed(3))).join(", ");
    typed();
  }
  function fileTaken(file) {
    if (!file) return;
    box.value = "";
    fault.show("");
    part.value = { kind: "tensor", file };
    changed();
  }
  part.node = el("div.stack", plane?.node,
    size <= TYPED ? el("div.field", el("label", { for: id }, `Numbers (${shape.join(" × ")})`), box,
      el("p.hint", { id: `${id}-hint` }, `${size} numbers from ${low} to ${high}${plane ? "; or click in the plane, or move the point with the arrow keys" : ""}.`), fault.node) : fault.node,
    el("div.field", el("label", { for: `${id}-file` }, "or a file of numpy.save"), chooser));
  if (given || plane) {
    box.value = given || "0.3, 0.2";
    queueMicrotask(typed);
  }
  return part;
}
