// The noise: a number and a slider that are the same value.

import { el, freshId, say } from "../dom.js";
import { makeFault } from "./fields.js";

const LEAST = 0.01;
const MOST = 2;
const STEPS = 200;

/** A field whose slider goes by factors, from 0.01 to 2 widths of the model's scale. */
export function makeSigma(changed) {
  const id = freshId("sigma");
  const fault = makeFault(`${id}-fault`);
  const hint = el("p.hint", { id: `${id}-hint` });
  const number = el("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", "aria-describedby": `${id}-hint ${id}-fault` });
  const slider = el("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": "Sigma by a slider" });
  let width = 1;
  fault.field = number;

  const toSlider = () => {
    const share = Math.log(Number(number.value) / width / LEAST) / Math.log(MOST / LEAST);
    if (Number.isFinite(share)) slider.value = Math.round(STEPS * share);
    slider.setAttribute("aria-valuetext", `sigma ${number.value}`);
  };
  number.addEventListener("input", () => {
    toSlider();
    changed();
  });
  slider.addEventListener("input", () => {
    number.value = String(Number((width * LEAST * (MOST / LEAST) ** (slider.value / STEPS)).toPrecision(2)));
    slider.setAttribute("aria-valuetext", `sigma ${number.value}`);
    changed();
  });
  return {
    node: el("div.field", el("label", { for: id }, "Noise sigma"), el("div.sigma", number, slider), hint, fault.node),
    fault,
    value: () => number.value.trim(),
    /** Take another model's scale, and begin at some sigma, or at a quarter of the scale's width if there is none. */
    scale(next, sigma) {
      width = next;
      number.value = String(sigma ?? 0.25 * width);
      say(hint, "More noise allows larger radii, and makes the classifier less accurate. Best is what it was trained with.");
      toSlider();
    },
  };
}
