/** One generation: its events as they come from a stream or, where the server has none, one answer. */

import { ApiError, call, join, open, readError } from "./api.js";
import { readEvents } from "./event_stream.js";

const NOT_IMPLEMENTED = 501;

/**
 * Yields `{started}`, `{item, index}`, `{restarted}` and at last `{completed}`; `{waiting}` where nothing comes before
 * the end. Throws ApiError where it fails, and an AbortError when `signal` says so.
 */
export async function* generate(kind, key, options) {
	const path = join(kind.service, key, kind.path);
	let response;
	try {
		response = await open("POST", `${path}:stream`, options);
	} catch (error) {
		if (error.status !== NOT_IMPLEMENTED) throw error;
		yield { waiting: true };
		yield { completed: await call("POST", path, options) };
		return;
	}
	yield* readToEnd(response);
}

async function* readToEnd(response) {
	try {
		for await (const event of readEvents(response)) {
			if (event.failed) throw readError(event.failed);
			yield event;
			if (event.completed) return;
		}
	} catch (error) {
		if (error instanceof ApiError || error.name === "AbortError") throw error;
	}
	throw new ApiError("STREAM_BROKEN");
}
