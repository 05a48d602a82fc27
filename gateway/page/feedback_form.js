/** A rating of an answer, or of one item of it. It is sent once: the service keeps every rating that it gets. */

import { call, join } from "./api.js";
import { make } from "./elements.js";
import { makeFailure, makeNotice } from "./notices.js";

const RATINGS = ["1", "2", "3", "4", "5"];

/** A form that opens; without `item` it is about the whole. */
export function makeFeedback(kind, answer, item) {
	const result = make("div", { tabindex: -1 });
	const form = make(
		"form",
		{ submit: (event) => send(event, kind, answer, item, result) },
		make("fieldset", { class: "ratings" }, make("legend", { words: "rate.scale" }), ...RATINGS.map(makeRating)),
		make("button", { words: "rate.send" }),
	);
	const summary = make("summary", { words: item === undefined ? "rate.whole" : "rate.item" });
	return make("details", { class: "feedback" }, summary, form, result);
}

function makeRating(value) {
	const choice = make("input", { type: "radio", name: "rating", required: "", value });
	return make("label", {}, choice, make("span", {}, value));
}

async function send(event, kind, answer, item, result) {
	event.preventDefault();
	const rating = Number(new FormData(event.target).get("rating"));
	const path = join(kind.service, answer.unique_key, kind.path, answer[kind.idField], "feedback");
	event.submitter.disabled = true;
	try {
		await call("POST", path, { body: JSON.stringify({ rating, item }) });
		event.target.remove();
		result.replaceChildren(makeNotice(["rate.sent", { rating }], "done"));
		result.focus();
	} catch (error) {
		event.submitter.disabled = false;
		result.replaceChildren(makeFailure(error));
	}
}
