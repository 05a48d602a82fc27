/** What the browser keeps. */

/** `localStorage` or `sessionStorage`, or one that forgets where the browser refuses. */
export function findStorage(name) {
	try {
		return window[name];
	} catch {
		return { getItem: () => null, setItem() {}, removeItem() {} };
	}
}
