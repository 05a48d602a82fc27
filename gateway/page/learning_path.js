/** A learning path: a timeline of its steps, and how it reads as Markdown. */

import { isWebAddress, make, makeLink, makeList } from "./elements.js";
import { escapeMarkdown, joinBlocks, writeList } from "./markdown.js";
import { show, words, wordsOf } from "./text.js";

const UNITS = { 일: ["days", 1], 주: ["weeks", 7], 개월: ["monthsLong", 30] };

function makeItem({ type, title, description, category, priority, estimated_duration: duration, resources, reason }) {
	return make(
		"li",
		{ class: `item step ${type}` },
		make("div", { class: "when" }, makeDuration(duration), make("span", { class: "hint" }), make("span", { class: "track" })),
		make("div", { class: "what" },
			make("p", { class: "tags" },
				make("strong", { term: ["step", type] }),
				make("span", { term: ["priority", priority] }),
				make("span", { term: ["category", category, category] }),
			),
			make("h3", {}, title),
			make("p", {}, description),
			make("p", { class: "why" }, reason),
			makeList(resources.map(makeResource)),
		),
	);
}

function makeDuration(duration) {
	const { n, unit } = readDuration(duration);
	return unit ? make("strong", { words: [unit, { n }] }) : make("strong", {}, duration);
}

function makeResource({ title, link, kind }) {
	return [makeLink(link, title), " ", kind && make("span", { class: "hint", term: ["resource", kind] })];
}

/** Shows when each step begins and ends if one follows the other. */
function arrange(items) {
	const days = items.map(({ item }) => readDuration(item.estimated_duration).days);
	const total = sum(days);
	items.forEach(({ node }, index) => {
		const begun = sum(days.slice(0, index));
		const from = Math.floor(begun / 7) + 1;
		const to = Math.max(from, Math.ceil((begun + days[index]) / 7));
		show(node.querySelector(".when .hint"), from === to ? "step.week" : "step.span", { from, to });
		const { style } = node.querySelector(".track");
		style.setProperty("--from", `${(100 * begun) / total}%`);
		style.setProperty("--to", `${(100 * (begun + days[index])) / total}%`);
	});
}

function readDuration(duration) {
	const [, n, word] = /^(\d+)\s*(일|주|개월)$/.exec(duration) ?? [];
	const [unit, days] = UNITS[word] ?? ["", 0];
	return { n: Number(n), unit, days: Number(n) * days || 0 };
}

function sum(numbers) {
	return numbers.reduce((before, number) => before + number, 0);
}

function makeOpening({ summary, analysis, learning_paths: steps }) {
	const days = sum(steps.map((step) => readDuration(step.estimated_duration).days));
	const makePoints = (key) => make("div", { class: key }, make("h3", { words: `path.${key}` }), makeList(analysis[key].map(makePoint)));
	return [
		make("p", { class: "summary" }, summary),
		make("div", { class: "analysis" }, makePoints("strengths"), makePoints("weaknesses")),
		make("p", { class: "total", words: ["path.total", { weeks: Math.ceil(days / 7) }] }),
	];
}

function makePoint({ point, ground }) {
	return [make("strong", {}, point), " ", make("span", { class: "hint" }, ground)];
}

function writeMarkdown({ summary, analysis, learning_paths: steps }) {
	const writePoint = ({ point, ground }) => `**${escapeMarkdown(point)}** ${escapeMarkdown(ground)}`;
	const writePoints = (key) => [`## ${words(`path.${key}`)}`, writeList(analysis[key].map(writePoint))];
	const write = ({ type, title, description, category, priority, estimated_duration: duration, resources, reason }, index) => [
		`## ${index + 1}. ${escapeMarkdown(title)}`,
		[duration, wordsOf("step", type), wordsOf("priority", priority), wordsOf("category", category, category)].join(" · "),
		escapeMarkdown(description),
		escapeMarkdown(reason),
		writeList(resources.map(writeResource)),
	];
	const blocks = [escapeMarkdown(summary), ...writePoints("strengths"), ...writePoints("weaknesses"), ...steps.flatMap(write)];
	return joinBlocks([`# ${words("path.title")}`, ...blocks]);
}

function writeResource({ title, link }) {
	return isWebAddress(link) ? `[${escapeMarkdown(title)}](<${link.replace(/[<>]/g, encodeURIComponent)}>)` : escapeMarkdown(title);
}

export const path = {
	name: "path",
	service: "learning",
	path: "learning-path",
	idField: "learning_path_id",
	itemsField: "learning_paths",
	titleField: "title",
	makeItem,
	arrange,
	makeOpening,
	writeMarkdown,
};
