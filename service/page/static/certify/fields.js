// The fields of a certification: names, explanations of one line, and the text that a person has typed.

import { el, freshId, put, say } from "../dom.js";

const CERTIFIERS = {
  "": "Let the service take the one that suits the size of the input.",
  first_order: "Counts the votes alone. The baseline: works in any dimension, with any number of samples.",
  second_order: "Also measures how steep the score is. Pays for small inputs, or with many samples.",
  dipole: "Counts pairs of opposite noise. Pays where the score is well below 1, in any dimension.",
};
const DECISIONS = {
  majority: "The class keeps a score above one half.",
  multiclass: "The class stays ahead of every other class, even with a score below one half.",
  top_k: "The class stays among the k largest scores.",
};
const NOISES = {
  gaussian: "Gaussian noise in float32 numbers.",
  discrete: "Whole steps of an 8-bit image: also holds against classifiers that exploit rounding.",
};
const BOUNDS = {
  tight: "The service's sharper bounds, proved in its documents.",
  paper: "The paper's own bounds, for comparison. They give smaller radii.",
};

/** All fields in the order in which they are shown. `more`: shown under "More choices". */
const FIELDS = [
  { name: "certifier", title: "Certifier", options: CERTIFIERS, first: "as the service chooses" },
  { name: "n", title: "Samples n", placeholder: "100000", hint: "Noisy copies that the classifier judges. More samples: a larger radius, and a longer wait." },
  { name: "eta", title: "Error eta", placeholder: "0.001", hint: "The chance that the certificate is wrong is at most this." },
  { name: "stop_radius", title: "Stop at radius", placeholder: "never", hint: "End as soon as this radius is certified. Empty: judge all n samples." },
  { name: "bounds", title: "Bounds", options: BOUNDS, more: true },
  { name: "decision", title: "Decision", options: DECISIONS, more: true },
  { name: "k", title: "k", placeholder: "2", hint: "For top k alone: how many of the largest scores.", more: true },
  { name: "noise", title: "Noise", options: NOISES, more: true },
  { name: "n0", title: "Selection n0", placeholder: "100", hint: "Samples that choose the class. They are never counted again.", more: true },
  { name: "seed", title: "Seed", placeholder: "at random", hint: "The same seed and fields give the same counts. Fix it before you see any result.", more: true },
  { name: "stop_give_up", title: "Give up", options: { "": "Go on to n samples.", true: "End also once the radius to stop at is out of reach." }, first: "no", more: true },
];
const DEFAULTS = { bounds: "tight", decision: "majority", noise: "gaussian" };
const NUMBERS = new Set(["n", "n0", "eta", "k", "sigma", "stop_radius"]);

/** Fields that a person fills in. `values()` leaves out those that are as the service would choose. */
export function makeFields(given, changed) {
  const parts = new Map(FIELDS.map((field) => [field.name, fieldOf(field, given[field.name] ?? "", changed)]));
  const shown = (more) => FIELDS.filter((field) => Boolean(field.more) === more).map((field) => parts.get(field.name).node);
  const used = FIELDS.some((field) => field.more && given[field.name]);
  const node = el("div.stack",
    el("div.fields", shown(false)),
    el("details", { open: used }, el("summary", "More choices"), el("div.fields", shown(true))));
  return {
    node,
    values: () => Object.fromEntries([...parts].map(([name, part]) => [name, part.input.value.trim()])
      .filter(([name, value]) => value && value !== DEFAULTS[name])),
    faultOf: (name) => parts.get(name)?.fault,
    chosen: (plan) => say(parts.get("certifier").input.options[0], `as the service chooses (${plan.certifier.replaceAll("_", " ")})`),
  };
}

/** The fields of a request in JSON, made of those of a form. */
export function asJson(values) {
  const { stop_radius: radius, stop_give_up: giveUp, ...rest } = values;
  const fields = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, NUMBERS.has(name) ? numberOf(value) : value]));
  if (radius || giveUp) fields.stop = { radius: numberOf(radius), ...(giveUp ? { give_up: true } : {}) };
  return fields;
}

/** A number, or the text itself where it is none: the service then says what is wrong with it. */
function numberOf(text) {
  return text !== undefined && Number.isFinite(Number(text)) ? Number(text) : text;
}

function fieldOf(field, value, changed) {
  const id = freshId(field.name);
  const hint = el("p.hint", { id: `${id}-hint` }, field.hint);
  const fault = makeFault(`${id}-fault`);
  const described = { id, name: field.name, "aria-describedby": `${id}-hint ${id}-fault` };
  const input = field.options
    ? el("select", described, Object.keys(field.options).map((name) =>
      el("option", { value: name }, name === "" ? field.first : name === "true" ? "yes" : name.replaceAll("_", " "))))
    : el("input", { ...described, type: "text", inputmode: "decimal", placeholder: field.placeholder, autocomplete: "off" });
  if (value || !field.options) input.value = value;
  const explain = () => field.options && say(hint, field.options[input.value] ?? "");
  explain();
  input.addEventListener("input", () => {
    explain();
    changed();
  });
  fault.field = input;
  return { input, fault, node: el("div.field", el("label", { for: id }, field.title), input, hint, fault.node) };
}

/** The place beside a field for what the service says of it. */
export function makeFault(id = freshId("fault"), field = null) {
  const node = el("p.fault", { id });
  return {
    node,
    field,
    show(text) {
      say(node, text);
      if (text) this.field?.setAttribute("aria-invalid", "true");
      else this.field?.removeAttribute("aria-invalid");
    },
  };
}

/** A select of models, with what is known of the chosen one below it. */
export function modelField(models, chosen, changed) {
  const id = freshId("model");
  const about = el("div.hint.small", { id: `${id}-hint` });
  const fault = makeFault(`${id}-fault`);
  const select = el("select", { id, name: "model", "aria-describedby": `${id}-hint ${id}-fault` },
    models.map((model) => el("option", { value: model.name }, model.unloadable ? `${model.name} (cannot be loaded)` : model.name)));
  if (models.some((model) => model.name === chosen)) select.value = chosen;
  fault.field = select;
  const current = () => models.find((model) => model.name === select.value);
  const explain = () => put(about, aboutModel(current()));
  explain();
  select.addEventListener("change", () => {
    explain();
    changed();
  });
  return { current, fault, node: el("div.field", el("label", { for: id }, "Model"), select, about, fault.node) };
}

function aboutModel(model) {
  const { labels } = model;
  const few = labels.length > 12 ? `${labels.slice(0, 10).join(", ")} and ${labels.length - 10} more` : labels.join(", ");
  const trained = model.trained_sigma === null ? "Trained without noise: expect small radii, or none." : `Trained with noise of sigma ${model.trained_sigma}.`;
  return [
    el("p", model.description ?? "Nobody has described this model."),
    el("p", `${trained} Input ${model.input.shape.join(" × ")}. Classes: ${few}.`),
    model.unloadable ? el("p.fault", `No live worker can load it: ${model.unloadable}`) : null,
  ];
}
