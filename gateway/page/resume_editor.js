/** The resume: pasted, dropped or loaded, stored, edited and erased. */

import { ApiError, call, join } from "./api.js";
import { findStorage } from "./browser_storage.js";
import { make, makeFacts, writeTime } from "./elements.js";
import { makeFailure, makeNotice, makeWarnings } from "./notices.js";

// The key alone, and for this tab alone: whoever loads the page again must still be able to erase the resume.
const KEY = "resume-key";
const storage = findStorage("sessionStorage");

const find = (id) => document.getElementById(id);
const listen = (id, ...listener) => find(id).addEventListener(...listener);

/** The stored resume by its key; its text is nowhere but in the text area. */
export class ResumeEditor {
	/** `onErase` is called before anything is erased. */
	constructor({ onErase }) {
		Object.assign(this, { onErase, key: "", text: find("resume-text"), faults: find("resume-faults") });
		listen("editor", "submit", async (event) => {
			event.preventDefault();
			if (await this.store()) find("stored-name").focus();
		});
		listen("resume-example", "click", () => this.loadExample());
		listen("resume-file", "change", async ({ target }) => {
			await this.loadFile(target.files[0]);
			target.value = "";
		});
		listen("resume-edit", "click", () => this.showEditor(true));
		listen("resume-erase", "click", () => find("erasure").showModal());
		listen("erasure", "close", ({ target }) => {
			if (target.returnValue === "erase") this.erase();
			target.returnValue = "";
		});
		// Anywhere: a file that misses the text area would replace the page.
		for (const type of ["dragover", "dragleave", "drop"]) addEventListener(type, (event) => this.drag(event));
	}

	drag(event) {
		if (!event.dataTransfer.types.includes("Files")) return;
		event.preventDefault();
		this.text.classList.toggle("over", event.type === "dragover");
		if (event.type === "drop") this.loadFile(event.dataTransfer.files[0]);
	}

	async loadExample() {
		try {
			this.fill(await (await fetch("example.json")).text());
		} catch {
			this.refuse(new ApiError("UNREACHABLE"));
		}
	}

	async loadFile(file) {
		if (!file) return;
		try {
			this.fill(new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()));
		} catch {
			this.complain("resume.unreadableFile");
		}
	}

	fill(text) {
		this.text.value = text;
		this.text.setSelectionRange(0, 0);
		this.faults.replaceChildren();
		this.showEditor(true);
	}

	/** The key of the stored resume, which is stored first where it is being written; empty where that fails. */
	async ensureStored() {
		const key = find("editor").hidden ? this.key : await this.store();
		if (!key) this.text.focus();
		return key;
	}

	async store() {
		if (!this.check(this.text.value)) return "";
		find("resume-store").disabled = true;
		try {
			this.take(await this.send(this.text.value));
			return this.key;
		} catch (error) {
			this.refuse(error);
			return "";
		} finally {
			find("resume-store").disabled = false;
		}
	}

	check(text) {
		if (!text.trim()) return this.complain("resume.empty");
		try {
			JSON.parse(text);
			return true;
		} catch ({ message }) {
			// Browsers tell the place in their own words, or say that the text ends too early.
			const [, line = text.split("\n").length] = /line (\d+)/.exec(message) ?? [];
			return this.complain("resume.notJson", { line });
		}
	}

	async send(body) {
		try {
			if (this.key) return await call("PUT", join("resumes", this.key), { body });
		} catch (error) {
			// Somebody else has deleted it: then it is a new one.
			if (error.status !== 404) throw error;
		}
		return call("POST", "resumes", { body });
	}

	/** Shows the resume that was stored before the page was loaded again, if there is one. */
	async restore() {
		const key = storage.getItem(KEY);
		if (!key) return;
		try {
			const stored = await call("GET", join("resumes", key));
			this.take(stored);
			this.text.value = JSON.stringify(stored, null, 2);
		} catch (error) {
			if (error.status === 404) this.forget();
			else this.refuse(error);
		}
	}

	take(stored) {
		this.key = stored.unique_key;
		storage.setItem(KEY, this.key);
		const { total_experience_months: n, updated_at: time } = stored;
		const months = n !== undefined && make("span", { words: ["months", { n }] });
		const facts = makeFacts([["resume.months", months], ["resume.updated", writeTime(time)]]);
		find("stored-name").textContent = stored.name;
		find("stored-facts").replaceChildren(facts, ...makeWarnings(stored.warnings));
		this.faults.replaceChildren();
		this.showEditor(false);
	}

	async erase() {
		this.onErase();
		find("stored-facts").querySelector(".failure")?.remove();
		try {
			const { erased_documents: n } = await call("DELETE", join("resumes", this.key));
			this.forget();
			this.faults.replaceChildren(makeNotice(["resume.erased", { n }], "done"));
		} catch (error) {
			if (error.status === 404) this.forget();
			else find("stored-facts").append(makeFailure(error));
		}
	}

	forget() {
		this.key = "";
		storage.removeItem(KEY);
		this.fill("");
		find("stored-name").textContent = "";
		find("stored-facts").replaceChildren();
	}

	showEditor(isOpen) {
		find("editor").hidden = !isOpen;
		find("stored").hidden = isOpen;
		if (isOpen) this.text.focus();
	}

	refuse(error) {
		this.faults.replaceChildren(makeFailure(error));
	}

	complain(...words) {
		this.faults.replaceChildren(makeNotice(words, "failure"));
	}
}
