/** The REST API: one call, and the one shape of its errors. */

/** What was refused, or failed on the way. `fields` has every offending field, `retryAfter` is in seconds or 0. */
export class ApiError extends Error {
	constructor(reason, facts) {
		super(reason);
		const unknown = { status: 0, text: "", fields: [], metadata: {}, retryAfter: 0, requestId: "" };
		Object.assign(this, unknown, facts, { reason });
	}
}

/** Sends a request and gives its response. Throws ApiError; an AbortError passes through. */
export async function open(method, path, { body, query = {}, signal } = {}) {
	const given = Object.entries(query).filter(([, value]) => value);
	const headers = body ? { "content-type": "application/json" } : {};
	const options = { method, body, headers, signal };
	const response = await reach(fetch(`/api/v1/${path}?${new URLSearchParams(given)}`, options));
	if (!response.ok) throw readError(await response.json().catch(() => ({})), response.status);
	return response;
}

/** As `open`, for an answer in one piece. */
export async function call(...request) {
	return reach((await open(...request)).json());
}

/** An error of the API, whether it came as a response or inside of a stream. */
export function readError({ message, details = [] }, status) {
	const find = (type) => details.find((detail) => detail["@type"].endsWith(`.${type}`)) ?? {};
	const { reason = `HTTP ${status}`, metadata } = find("ErrorInfo");
	return new ApiError(reason, {
		status,
		text: message,
		fields: find("BadRequest").field_violations ?? [],
		metadata,
		retryAfter: Math.ceil(parseFloat(find("RetryInfo").retry_delay ?? 0)),
		requestId: find("RequestInfo").request_id,
	});
}

/** Joins parts of a path: keys are letters of any script. */
export function join(...parts) {
	return parts.map(encodeURIComponent).join("/");
}

function reach(promise) {
	return promise.catch((error) => {
		throw error.name === "AbortError" ? error : new ApiError("UNREACHABLE");
	});
}
