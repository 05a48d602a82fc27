/** The page's own words: shows them, and shows them again when the language changes. */

import en from "./text_en.js";
import ko from "./text_ko.js";

let texts = ko;

/** Shows everything in `ko` or `en`; what the user has opened, chosen or typed stays as it is. */
export function setLanguage(language) {
	texts = language === "en" ? en : ko;
	document.documentElement.lang = language;
	fill(document);
}

/** The words of a key, `{name}` in them replaced by a value. Throws for a key that is not there. */
export function words(key, values = {}) {
	const text = (values.n === 1 && texts[`${key}.one`]) || texts[key];
	if (text === undefined) throw new Error(`no text ${key}`);
	return put(text, values);
}

/** The words for a value of the API; without any, what the API says itself, as a newer service may send others. */
export function wordsOf(family, value, otherwise = value.replaceAll("_", " ").toLowerCase(), values = {}) {
	return put(texts[`${family}.${value}`] ?? otherwise, values);
}

/** Makes a node show the words of a key, now and after every change of the language. */
export function show(node, key, values = {}) {
	Object.assign(node.dataset, { text: key, values: JSON.stringify(values) });
	write(node);
}

/** As `show`, for a value of the API. */
export function showValue(node, ...value) {
	node.dataset.value = JSON.stringify(value);
	write(node);
}

/** Leaves a node without words. */
export function silence(node) {
	delete node.dataset.text;
	node.textContent = "";
}

/** Writes the words of everything below a node. */
export function fill(root) {
	root.querySelectorAll("[data-text],[data-value],[data-placeholder]").forEach(write);
}

function put(text, values) {
	return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function write(node) {
	const { text, values, value, placeholder } = node.dataset;
	if (text) node.textContent = words(text, JSON.parse(values ?? "{}"));
	if (value) node.textContent = wordsOf(...JSON.parse(value));
	if (placeholder) node.placeholder = words(placeholder);
}
