/** Interview questions: how they look, and how they read as Markdown. */

import { make, makeList } from "./elements.js";
import { escapeMarkdown, joinBlocks, writeList } from "./markdown.js";
import { words, wordsOf } from "./text.js";

function makeItem({ question, category, difficulty, type, topic, reason, evidence, what_good_answers_cover: points }) {
	return make(
		"li",
		{ class: "item question" },
		make("p", { class: "tags" },
			make("span", { term: ["category", category, category] }),
			make("span", { term: ["difficulty", difficulty, difficulty] }),
			make("span", {}, type),
			make("span", {}, topic),
		),
		make("h3", {}, question),
		make("p", { class: "why" }, reason),
		make("details", {},
			make("summary", { words: "question.covers" }),
			makeList(points),
			evidence && make("h4", { words: "question.evidence" }),
			evidence && make("blockquote", {}, evidence.quote, make("cite", {}, evidence.path)),
		),
	);
}

function writeMarkdown({ questions: all }) {
	const write = ({ question, category, difficulty, type, topic, reason, evidence, what_good_answers_cover: points }, index) => [
		`## ${index + 1}. ${escapeMarkdown(question)}`,
		[wordsOf("category", category, category), wordsOf("difficulty", difficulty, difficulty), type, topic].map(escapeMarkdown).join(" · "),
		escapeMarkdown(reason),
		evidence && `> ${escapeMarkdown(evidence.quote)} (\`${evidence.path}\`)`,
		`**${words("question.covers")}**`,
		writeList(points.map(escapeMarkdown)),
	];
	return joinBlocks([`# ${words("questions.title")}`, ...all.flatMap(write)]);
}

export const questions = {
	name: "questions",
	service: "interview",
	path: "questions",
	idField: "question_set_id",
	itemsField: "questions",
	titleField: "question",
	makeItem,
	makeOpening: () => [],
	writeMarkdown,
};
