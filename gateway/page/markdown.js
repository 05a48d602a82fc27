/** Text of the API as Markdown. */

/** The text, with all escaped that Markdown would take for its own. */
export function escapeMarkdown(text) {
	return text.replace(/[\\`*_[\]<>#|~]/g, "\\$&").replace(/\s+/g, " ");
}

/** A bulleted list. */
export function writeList(lines) {
	return lines.map((line) => `- ${line}`).join("\n");
}

/** Blocks with an empty line between them; what is empty is left out. */
export function joinBlocks(blocks) {
	return `${blocks.filter(Boolean).join("\n\n")}\n`;
}
