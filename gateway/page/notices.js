/** Tells what is worth knowing and what went wrong: in the reader's language, field by field. */

import { make, makeList } from "./elements.js";

/** What the services say of a field, and the rule that it is of. */
const RULES = [
	[/^is required$/, "required"],
	[/^must be (?<low>\d+) to (?<high>\d+)$/, "range"],
	[/^must have at most (?<limit>\d+) characters$/, "characters"],
	[/^must have at most (?<limit>\d+) entries$/, "entries"],
	[/^must be a mail address/, "mail"],
	[/^must be an address that starts with/, "url"],
	[/^has a value of the wrong type$/, "type"],
];

/** A notice in our own words; `tone` is empty, `done` or `failure`. */
export function makeNotice(words, tone = "") {
	return make("p", { class: `notice ${tone}`, role: "alert", words });
}

/** Notices for the warnings of a resume or an answer. */
export function makeWarnings(warnings = []) {
	return warnings.map((warning) => make("p", { class: "notice", term: ["warning", warning] }));
}

/** A notice for an ApiError; any other error is a defect, and thrown. */
export function makeFailure(error) {
	const { reason, text, fields, metadata, retryAfter, requestId } = error;
	if (!reason) throw error;
	const attempts = Array.from({ length: metadata.attempts ?? 0 }, (_, index) => metadata[`attempt_${index + 1}`]);
	return make(
		"div",
		{ class: "notice failure", role: "alert" },
		make("strong", { term: ["failure", reason, text || reason] }),
		retryAfter > 0 && make("p", { words: ["error.retryAfter", { n: retryAfter }] }),
		fields.length > 0 && make("p", { words: ["error.fields", { n: fields.length }] }),
		fields.length > 0 && makeList(fields.map(makeFault)),
		attempts.length > 0 && makeList(attempts.map(makeAttempt)),
		requestId && make("p", { class: "hint", words: ["error.request", { id: requestId }] }),
	);
}

function makeFault({ field, description }) {
	return [make("code", {}, field), " ", makeRule(description)];
}

function makeRule(description) {
	for (const [pattern, name] of RULES) {
		const found = pattern.exec(description);
		if (found) return make("span", { term: ["rule", name, description, { ...found.groups }] });
	}
	return description;
}

/** Provider, model and outcome, in one line of the error. */
function makeAttempt(line) {
	const [, asked, outcome] = /^(.*) (\S+)$/.exec(line) ?? [];
	return asked ? [`${asked} — `, make("span", { term: ["outcome", outcome] })] : line;
}
