// @ts-check
/** Fetch a page of ours and put its live parts in place of those on screen. */

/** @param {string} address @param {AbortSignal} [signal] @returns {Promise<Document>} */
export async function load(address, signal) {
  const response = await fetch(address, { signal, headers: { accept: "text/html" } });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** What the server last sent for each id: parts it sends again unchanged are left alone.
 * @type {Map<string, string>} */
const served = new Map();

/** Replace every element that has an id and fits `selector`, keep the focus, and tell the document.
 * @param {Document} page @param {string} selector */
export function replaceParts(page, selector) {
  const focused = document.activeElement?.id;
  for (const old of document.querySelectorAll(selector)) {
    const fresh = page.getElementById(old.id);
    if (!fresh || served.get(old.id) === fresh.outerHTML) continue;
    served.set(old.id, fresh.outerHTML);
    old.replaceWith(document.adoptNode(fresh));
  }
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  document.dispatchEvent(new Event("replaced")); // what came in may wait for something
}
