// The same request as a command of curl and as a program in Python, to copy.

import { address, hasKey } from "../api.js";
import { el, freshId, put } from "../dom.js";
import { asJson } from "./fields.js";

/** Two texts that follow the choices, each with a button that copies it. */
export function makeSnippets() {
  const curl = block("curl");
  const python = block("Python");
  const node = el("details", el("summary", "The same as curl and Python"), el("div.stack", curl.node, python.node));
  return {
    node,
    show(values, input) {
      curl.set(curlOf(values, input));
      python.set(pythonOf(values, input));
    },
  };
}

function block(name) {
  const id = freshId("code");
  const code = el("code", { id });
  const said = el("span.small.muted", { role: "status" });
  const copy = el("button", { type: "button", "aria-describedby": id, onclick: async () => {
    put(said, await copied(code) ? "Copied." : "Selected: press Ctrl-C to copy.");
  } }, `Copy ${name}`);
  const node = el("div", el("pre", { tabindex: "0", "aria-label": `${name} for this certification` }, code), el("div.buttons", copy, said));
  return { node, set: (text) => put(code, text) };
}

async function copied(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    window.getSelection().selectAllChildren(code);
    return false;
  }
}

/** Quote a text for the shell. */
function quoted(text) {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function curlOf(values, input) {
  const key = hasKey() ? " \\\n     -H \"Authorization: Bearer $CERTIFY_API_KEY\"" : "";
  const target = quoted(address("v1/certifications"));
  if (input?.numbers) {
    const body = JSON.stringify({ ...asJson(values), tensor: { shape: input.shape, data: input.numbers } });
    return `curl -si ${target}${key} \\\n     -H 'Content-Type: application/json' \\\n     -d ${quoted(body)}`;
  }
  const kind = input?.kind ?? "image";
  const file = `-F ${quoted(`${kind}=@${input?.file.name ?? "picture.png"}`)}`;
  const fields = Object.entries(values).map(([name, value]) => `-F ${quoted(`${name}=${value}`)}`);
  return `curl -si ${target}${key} \\\n     ${[file, ...fields].join(" ")}`;
}

function pythonOf(values, input) {
  const words = new Set(["model", "certifier", "bounds", "decision", "noise"]);
  const given = Object.entries(values).map(([name, value]) =>
    `${name}=${words.has(name) ? JSON.stringify(value) : value === "true" ? "True" : value}`);
  const name = JSON.stringify(input?.file?.name ?? "picture.png");
  const [imports, read, sent] = pythonInput(input, name);
  const key = hasKey() ? ', api_key=os.environ["CERTIFY_API_KEY"]' : "";
  return [hasKey() ? "import os" : null, ...imports, "from certify_client import CertificationClient, Parameters", "",
    `parameters = Parameters(${given.join(", ")})`, ...read,
    `with CertificationClient(${JSON.stringify(address("").replace(/\/$/, ""))}${key}) as client:`,
    `    job = client.${sent}`,
    "    print(client.wait(job.id).certificate)"].filter((line) => line !== null).join("\n");
}

/** What a program imports, how it reads the input, and the call that submits it. */
function pythonInput(input, name) {
  if (input?.numbers) {
    return [[], [], `submit_tensor(${JSON.stringify(input.shape)}, ${JSON.stringify(input.numbers)}, parameters)`];
  }
  if (input?.kind === "tensor") {
    return [["import numpy as np"], [`array = np.load(${name})`], "submit_tensor(array.shape, array.ravel(), parameters)"];
  }
  return [["from pathlib import Path"], [], `submit_image(Path(${name}).read_bytes(), parameters)`];
}
