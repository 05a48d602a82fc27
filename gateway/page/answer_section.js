/** One kind of answer on the page: asked for, arriving item by item, complete, failed or stopped. */

import { makeFeedback } from "./feedback_form.js";
import { generate } from "./generation.js";
import { makeFailure, makeWarnings } from "./notices.js";
import { makeProvenance } from "./provenance.js";
import { fill, show, silence, wordsOf } from "./text.js";

/**
 * A kind says where it is asked for (`service`, `path`), what its answers hold (`idField`, `itemsField`, `titleField`),
 * and how they look (`makeItem`, `arrange`, `makeOpening`, `writeMarkdown`).
 */
export class AnswerSection {
	/** `findKey` gives the key of the stored resume, or nothing; `readWishes` the query. */
	constructor(kind, { findKey, readWishes }) {
		Object.assign(this, { kind, findKey, readWishes, items: [], root: makeFrame(kind.name) });
		const named = [...this.root.querySelectorAll("[data-part]")];
		this.parts = Object.fromEntries(named.map((node) => [node.dataset.part, node]));
		this.parts.start.addEventListener("click", () => this.start());
		this.parts.stop.addEventListener("click", () => this.running.abort());
		this.parts.copy.addEventListener("click", () => this.copy());
	}

	async start() {
		if (this.running) return;
		const running = (this.running = new AbortController());
		try {
			const query = this.readWishes();
			const key = await this.findKey();
			if (!key || running.signal.aborted) return;
			this.begin(query);
			for await (const event of generate(this.kind, key, { query, signal: running.signal })) {
				if (running.signal.aborted) break;
				this.receive(event);
			}
		} catch (error) {
			this.end(error);
		} finally {
			this.running = null;
			this.setBusy(false);
		}
	}

	/** Forgets everything. */
	clear() {
		this.running?.abort();
		this.reset();
		silence(this.parts.status);
		this.parts.empty.hidden = false;
		this.tell("start", "start");
	}

	begin({ language }) {
		this.reset();
		this.parts.list.lang = language;
		this.setBusy(true);
		this.parts.stop.focus();
		this.receive({ started: { provider: "", model: "" } });
	}

	reset() {
		this.items = [];
		const { failure, opening, list, closing, turn, arrivals, copy, empty } = this.parts;
		for (const part of [failure, opening, list, closing, arrivals]) part.replaceChildren();
		silence(turn);
		copy.hidden = empty.hidden = true;
	}

	setBusy(isBusy) {
		const { start, stop, coming, list } = this.parts;
		const hadFocus = document.activeElement === stop;
		start.hidden = isBusy;
		stop.hidden = coming.hidden = !isBusy;
		list.ariaBusy = isBusy;
		if (hadFocus && !isBusy) start.focus();
	}

	receive({ waiting, started, restarted, item, index, completed }) {
		if (completed) return this.complete(completed);
		if (waiting) return show(this.parts.status, "answer.waiting");
		if (started) this.writer = started;
		if (restarted) this.withdraw(restarted);
		if (item) this.add(item, index);
		this.arrange();
		const { provider, model } = this.writer;
		this.tell("status", "writing", { writer: provider && `${provider} · ${model} · `, n: this.items.length });
	}

	add(item, index) {
		const others = this.items.filter((each) => each.index !== index);
		this.items = [...others, { item, index, node: this.kind.makeItem(item) }].sort((a, b) => a.index - b.index);
		const line = document.createElement("p");
		this.parts.arrivals.append(line);
		show(line, `${this.kind.name}.arrived`, { number: this.items.length, text: item[this.kind.titleField] });
	}

	/** Another request writes on: what it did not keep is gone. */
	withdraw({ provider, model, cause, kept_indexes: kept = [] }) {
		this.items = this.items.filter(({ index }) => kept.includes(index));
		this.writer = { provider, model };
		show(this.parts.turn, "answer.restarted", { provider, cause: wordsOf("outcome", cause), kept: this.items.length });
	}

	/** The stored answer alone counts; what arrived just so stays as it is. */
	complete(answer) {
		const arrived = new Map(this.items.map(({ item, node }) => [JSON.stringify(item), node]));
		this.items = answer[this.kind.itemsField].map((item, index) => {
			return { item, index, node: arrived.get(JSON.stringify(item)) ?? this.kind.makeItem(item) };
		});
		this.arrange();
		for (const { node, index } of this.items) node.append(makeFeedback(this.kind, answer, index));
		this.answer = answer;
		this.parts.opening.append(...makeWarnings(answer.warnings), ...this.kind.makeOpening(answer));
		this.parts.closing.append(makeFeedback(this.kind, answer), makeProvenance(answer));
		silence(this.parts.turn);
		this.tell("status", "done");
		this.tell("start", "again");
		this.parts.copy.hidden = false;
	}

	arrange() {
		const nodes = this.items.map(({ node }) => node);
		const { list } = this.parts;
		// Only what has changed: a node that is put anew loses the focus.
		for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
		nodes.forEach((node, index) => list.children[index] === node || list.insertBefore(node, list.children[index]));
		this.kind.arrange?.(this.items);
	}

	tell(part, key, values) {
		show(this.parts[part], `${this.kind.name}.${key}`, values);
	}

	end(error) {
		if (error.name !== "AbortError") {
			silence(this.parts.status);
			silence(this.parts.turn);
			this.parts.failure.replaceChildren(makeFailure(error));
		} else if (this.items.length) show(this.parts.status, "answer.stopped");
		else this.clear();
	}

	async copy() {
		await navigator.clipboard.writeText(this.kind.writeMarkdown(this.answer));
		show(this.parts.status, "answer.copied");
	}
}

function makeFrame(name) {
	const root = document.getElementById("answer-section").content.firstElementChild.cloneNode(true);
	for (const node of root.querySelectorAll("[data-text^='.']")) node.dataset.text = name + node.dataset.text;
	root.id = name;
	root.querySelector("h2").id = `${name}-title`;
	root.setAttribute("aria-labelledby", `${name}-title`);
	fill(root);
	return root;
}
