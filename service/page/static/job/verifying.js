// Verify a certificate: the one that is shown, or a file.

import { button, card, droppable, el, fileField, jsonBlob, post, put, refused, stateWord, terms } from "../kit.js";

const SIGNS = { passed: "certified", not_made: "cancelled" };

export function verifyingOf(job) {
	const verdict = el("div", { role: "status" });
	const take = (file) => file && verify(file.name, file);
	function verify(name, document) {
		post("v1/verifications", jsonBlob(document)).then((told) => put(verdict, wordsOf(name, told)))
			.catch(refused((message) => put(verdict, el("p.fault", `${name} cannot be verified: ${message}`))));
	}
	return droppable(card("Verify",
		el("p", "Bounds and radius are computed again from the counts, and all that the document states is compared with them. “certify verify FILE” does the same without a service."),
		job && el("div", button("Verify this certificate", () => verify("This certificate", JSON.stringify(job)))),
		fileField(`${job ? "or a" : "A"} downloaded file: choose it, or drop it here`, ".json", take).node, verdict), ({ files }) => take(files[0]));
}

function wordsOf(name, { valid, headline, model, checks, not_shown: unseen }) {
	return [
		el("p", `${name}: `, word(valid ? "passed" : "failed"), `. ${headline}`),
		el("p", { class: model.status === "here" ? "muted" : "fault" }, model.sentence),
		unseen.map((one) => el("p.muted", one)),
		el("dl.small", terms(checks.map(({ outcome, about, sentences, faults }) => [word(outcome), about, sentences.map((one) => el("p", { class: faults ? "fault" : "muted" }, `${one}.`)),
			faults > sentences.length && el("p.fault", `And ${faults - sentences.length} more.`)]))),
	];
}

const word = (outcome) => stateWord(outcome.replace("_", " "), SIGNS[outcome] ?? outcome);
