/** How the user wants to be answered: by whom, and in which language. */

import { call } from "./api.js";
import { make } from "./elements.js";

/** The form of the settings. */
export class Wishes {
	constructor() {
		this.fields = document.forms.wishes.elements;
		this.fields.language.addEventListener("change", () => (this.isChosen = true));
		document.forms.wishes.addEventListener("submit", (event) => event.preventDefault());
	}

	/** Answers come in the language of the page until the user chooses one. */
	follow(language) {
		if (!this.isChosen) this.fields.language.value = language;
	}

	/** Offers the providers that can be asked for, in their order. */
	async loadProviders() {
		try {
			const { providers } = await call("GET", "interview/health");
			this.fields.provider.append(...providers.map(makeOption));
		} catch {
			// The configured order is there; what is wrong shows when it is asked for.
		}
	}

	/** The query of a request. */
	read() {
		return { provider: this.fields.provider.value, language: this.fields.language.value };
	}
}

function makeOption({ provider, model, circuit }) {
	const name = `${provider} · ${model}`;
	return circuit === "closed"
		? make("option", { value: provider }, name)
		: make("option", { value: provider, words: ["wishes.resting", { name }] });
}
