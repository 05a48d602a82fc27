/** Puts the page together. */

import { AnswerSection } from "./answer_section.js";
import { findStorage } from "./browser_storage.js";
import { path } from "./learning_path.js";
import { questions } from "./questions.js";
import { ResumeEditor } from "./resume_editor.js";
import { setLanguage } from "./text.js";
import { Wishes } from "./wishes.js";

// All that stays in the browser when the tab is closed.
const LANGUAGE = "language";
const storage = findStorage("localStorage");

const wishes = new Wishes();
const sections = [];
const editor = new ResumeEditor({ onErase: () => sections.forEach((section) => section.clear()) });
for (const kind of [questions, path]) {
	const section = new AnswerSection(kind, { findKey: () => editor.ensureStored(), readWishes: () => wishes.read() });
	document.getElementById("answers").append(section.root);
	sections.push(section);
}

function apply(language) {
	document.forms.language.elements.language.value = language;
	setLanguage(language);
	wishes.follow(language);
}

document.forms.language.addEventListener("change", ({ target }) => {
	storage.setItem(LANGUAGE, target.value);
	apply(target.value);
});
apply(storage.getItem(LANGUAGE) ?? (navigator.language.startsWith("ko") ? "ko" : "en"));
editor.restore();
wishes.loadProviders();
