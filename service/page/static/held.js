// Inputs that this page has sent, by the id of their job: the service deletes an input when its job ends.
// They are in memory alone. A sample is named in the address instead, so that it outlives a reload.

import { address } from "./api.js";

export const SAMPLES = ["digit-4", "digit-7", "digit-2", "digit-8", "digit-9", "digit-5"];

const inputs = new Map();

/** Remember the input of a job: `{ file, kind: "image" or "tensor" }` or `{ numbers, shape }`. */
export function hold(id, input) {
  inputs.set(id, input);
}

/** The input of a job, or null if this page does not have it. */
export async function heldInput(id, sample) {
  if (!inputs.has(id) && sample) inputs.set(id, await sampleInput(sample));
  return inputs.get(id) ?? null;
}

/** Fetch one of the samples. Null if there is none of this name. */
export async function sampleInput(name) {
  if (!SAMPLES.includes(name)) return null;
  const answer = await fetch(address(`page/samples/${name}.png`));
  if (!answer.ok) return null;
  return { kind: "image", sample: name, file: new File([await answer.blob()], `${name}.png`, { type: "image/png" }) };
}
