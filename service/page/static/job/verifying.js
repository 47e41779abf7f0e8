// Verify a certificate: the one that is shown, or a file. The service computes it again from its counts.

import { el, freshId, json, Problem, put, stateWord } from "../kit.js";

const SIGNS = { passed: "certified", failed: "failed", not_made: "muted" };

/** The part of the view that verifies a job's document, and files that are dropped on it. */
export function verifyingOf(job) {
	const id = freshId("verify");
	const verdict = el("div", { role: "status" });
	const chooser = el("input", { id, type: "file", accept: ".json", onchange: () => take(chooser.files[0]) });
	async function take(file) {
		if (file) await verify(file.name, file);
	}
	async function verify(name, body) {
		try {
			const told = await json("v1/verifications", { method: "POST", body, headers: { "Content-Type": "application/json" } });
			put(verdict, wordsOf(name, told));
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			put(verdict, el("p.fault", `${name} cannot be verified: ${error.message}`));
		}
	}
	return el("section.card.stack", {
		ondragover: (event) => event.preventDefault(),
		ondrop: (event) => {
			event.preventDefault();
			take(event.dataTransfer.files[0]);
		},
	}, el("h2", "Verify"),
	el("p", "Bounds and radius are computed again from the counts, and all that the document states is compared with them. “certify verify FILE” does the same without a service."),
	el("div", el("button", { type: "button", onclick: () => verify("This certificate", JSON.stringify(job)) }, "Verify this certificate")),
	el("div.field", el("label", { for: id }, "or a downloaded file: choose it, or drop it here"), chooser),
	verdict);
}

function wordsOf(name, told) {
	return [
		el("p", `${name}: `, word(told.valid ? "passed" : "failed", told.valid ? "the claim holds" : "the claim does not hold"),
			told.valid ? `. The counts support radius ${told.radius}.` : `. It states radius ${told.claimed_radius}; the counts support ${told.radius}.`),
		el("dl.small", told.checks.map(({ outcome, about, sentences, faults }) => [
			el("dt", word(outcome, outcome.replace("_", " "))),
			el("dd", about, sentences.map((one) => el("p", { class: faults ? "fault" : "muted" }, `${one}.`)),
				faults > sentences.length ? el("p.fault", `And ${faults - sentences.length} more.`) : null)])),
	];
}

function word(outcome, text) {
	return stateWord(text, SIGNS[outcome]);
}
