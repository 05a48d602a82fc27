/** Server-sent events of a response. `EventSource` cannot send a POST. */

/** The JSON of each event's `data` as it arrives. Whoever stops reading ends the request. */
export async function* readEvents(response) {
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = "";
	try {
		for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
			const blocks = (rest + chunk.value).split(/\r?\n\r?\n/);
			rest = blocks.pop();
			for (const data of blocks.map(readData).filter(Boolean)) yield JSON.parse(data);
		}
	} finally {
		await reader.cancel().catch(() => {});
	}
}

function readData(block) {
	const lines = block.split(/\r?\n/).filter((line) => line.startsWith("data:"));
	return lines.map((line) => line.slice("data:".length).trimStart()).join("\n");
}
