/** How an answer came to be: every attempt, with its time, tokens and cost. */

import { make, makeFacts, writeTime } from "./elements.js";

/** A summary that opens into the attempts. */
export function makeProvenance({ provider, model, attempts, usage, generated_at: time }) {
	const count = make("span", { words: ["made.attempts", { n: attempts.length }] });
	return make(
		"details",
		{ class: "provenance" },
		make("summary", {}, make("span", { words: "made.title" }), " ", make("span", { class: "hint" }, `${provider} · ${model} · `, count, " · ", makeCost(usage))),
		makeFacts([...describeUsage(usage), ["resume.updated", writeTime(time)]]),
		make("ol", {}, ...attempts.map(makeAttempt)),
	);
}

function makeAttempt({ provider, model, outcome, usage, duration_ms: duration, failed_checks: checks }) {
	return make(
		"li",
		{},
		make("strong", {}, `${provider} · ${model}`),
		" — ",
		make("span", { term: ["outcome", outcome] }),
		makeFacts([
			["made.time", duration < 1000 ? `${duration} ms` : `${(duration / 1000).toFixed(1)} s`],
			...describeUsage(usage),
			["made.checks", checks.join(", ")],
		]),
	);
}

function describeUsage(usage) {
	if (!usage) return [];
	const { input_tokens: input, output_tokens: written, thinking_tokens: thought } = usage;
	const tokens = make("span", { words: ["made.inAndOut", { input, output: written + thought }] });
	return [["made.cost", makeCost(usage)], ["made.tokens", tokens]];
}

/** Unknown is not zero. */
function makeCost(usage) {
	const cost = usage?.cost_usd;
	return cost === undefined ? make("span", { words: "made.unknownCost" }) : make("span", {}, `$${cost && cost.toFixed(5)}`);
}
