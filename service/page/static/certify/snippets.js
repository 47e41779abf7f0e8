// The same request in curl and Python.

import { button, el, hasKey, put } from "../kit.js";
import { asJson } from "./fields.js";

const SERVICE = new URL(".", document.baseURI).href;

export function makeSnippets() {
	const [curl, python] = [el("code"), el("code")];
	const node = el("details", el("summary", "The same as curl and Python"), el("div.stack", block("curl", curl), block("Python", python)));
	return {
		node,
		show(values, input) {
			node.hidden = input?.kind === "folder";
			if (node.hidden) return;
			put(curl, curlOf(values, input));
			put(python, pythonOf(values, input));
		},
	};
}

function block(name, code) {
	const said = el("span.small.muted", { role: "status" });
	const copy = button(`Copy ${name}`, async () => {
		const done = await navigator.clipboard?.writeText(code.textContent).then(() => true, () => false);
		if (!done) getSelection().selectAllChildren(code);
		put(said, done ? "Copied." : "Selected: press Ctrl-C to copy.");
	});
	return el("div", el("pre", { tabindex: 0, "aria-label": `${name} for this certification` }, code), el("div.buttons", copy, said));
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function curlOf(values, input) {
	const target = `curl -si ${quoted(`${SERVICE}v1/certifications`)}${hasKey() ? ' \\\n     -H "Authorization: Bearer $CERTIFY_API_KEY"' : ""} \\\n     `;
	if (input?.tensor) return `${target}-H 'Content-Type: application/json' \\\n     -d ${quoted(asJson(values, { tensor: input.tensor }))}`;
	const file = `${input?.kind ?? "image"}=@${input?.file.name ?? "picture.png"}`;
	return target + [file, ...Object.entries(values).map((pair) => pair.join("="))].map((field) => `-F ${quoted(field)}`).join(" ");
}

function pythonOf(values, input) {
	const given = Object.entries(values).map(([name, value]) => `${name}=${value === "true" ? "True" : isFinite(value) ? value : JSON.stringify(value)}`);
	const name = JSON.stringify(input?.file?.name ?? "picture.png");
	const [read, sent] = input?.tensor ? ["", `tensor(${JSON.stringify(input.tensor.shape)}, ${JSON.stringify(input.tensor.data)}`]
		: input?.kind === "tensor" ? [`import numpy as np\narray = np.load(${name})\n`, "tensor(array.shape, array.ravel()"]
			: ["from pathlib import Path\n", `image(Path(${name}).read_bytes()`];
	return `${hasKey() ? "import os\n" : ""}${read}from certify_client import CertificationClient, Parameters

parameters = Parameters(${given.join(", ")})
with CertificationClient(${JSON.stringify(SERVICE.slice(0, -1))}${hasKey() ? ', api_key=os.environ["CERTIFY_API_KEY"]' : ""}) as client:
    job = client.submit_${sent}, parameters)
    print(client.wait(job.id).certificate)`;
}
