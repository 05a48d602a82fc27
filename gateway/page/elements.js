/** Builds elements. Text only ever becomes text: nothing here reads markup. */

import { show, showValue } from "./text.js";

/**
 * An element with attributes and children; strings become text nodes, what is false is left out. `words` shows a key or
 * [key, values], `term` a [family, value] of the API; a function is a listener.
 */
export function make(tag, attributes = {}, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (name === "words") show(node, ...[value].flat());
		else if (name === "term") showValue(node, ...value);
		else if (typeof value === "function") node.addEventListener(name, value);
		else node.setAttribute(name, value);
	}
	node.append(...children.filter(Boolean));
	return node;
}

/** A link to another site, or its title alone where the address is none of the web. */
export function makeLink(address, title) {
	if (!isWebAddress(address)) return make("span", {}, title);
	return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, title);
}

/** Whether an address may become a link: `javascript:` and the like must not. */
export function isWebAddress(address) {
	return /^https?:\/\//i.test(address);
}

/** Terms and what they say; pairs that say nothing are left out. */
export function makeFacts(pairs) {
	const said = pairs.filter(([, fact]) => fact);
	return make("dl", {}, ...said.map(([key, fact]) => make("div", {}, make("dt", { words: key }), make("dd", {}, fact))));
}

/** A list of texts or nodes. */
export function makeList(items) {
	return make("ul", {}, ...items.map((item) => make("li", {}, ...[item].flat())));
}

/** A time of the API in the reader's own zone, the same in every language. */
export function writeTime(timestamp) {
	return new Date(timestamp).toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" });
}
