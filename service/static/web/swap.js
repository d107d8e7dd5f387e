// @ts-check
/** Links with `data-swap` change the live parts of the page in place; the address follows. */

import { load, replaceParts } from "./replace.js";

const CHOICES = ["candidate", "photo", "a", "b", "every"]; // the rest of the look stays as it is on screen
let pending = new AbortController();

/** @param {HTMLAnchorElement} link */
function target(link) {
  const wanted = new URL(link.href).searchParams;
  const url = new URL(location.href);
  url.pathname = new URL(link.href).pathname; // a form that was refused stands at another address
  for (const name of CHOICES) {
    const value = wanted.get(name);
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  url.searchParams.delete("said");
  url.searchParams.delete("shaped");
  return url;
}

/** @param {string} address */
async function show(address) {
  pending.abort();
  pending = new AbortController();
  const page = await load(address, pending.signal);
  replaceParts(page, "[data-live]");
}

/** Strips that went to what is chosen in them. @type {WeakSet<Element>} */
const gone = new WeakSet();

/** A new strip goes to what is chosen in it; the page stays where it is.
 * @param {Element} strip */
function showCurrent(strip) {
  if (gone.has(strip)) return;
  gone.add(strip);
  const one = strip.querySelector("[aria-current=true]")?.getBoundingClientRect();
  const box = strip.getBoundingClientRect();
  if (one) strip.scrollLeft += Math.min(0, one.left - box.left) + Math.max(0, one.right - box.right);
}

/** @param {MouseEvent} event */
async function onClick(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target instanceof Element ? event.target.closest("a[data-swap]") : null;
  if (!(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  const url = target(link);
  history.pushState(null, "", url);
  try {
    await show(url.href);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) location.assign(url);
  }
}

const showChosen = () => document.querySelectorAll(".strip").forEach(showCurrent);

document.addEventListener("click", onClick);
document.addEventListener("replaced", showChosen);
showChosen();
addEventListener("popstate", () => show(location.href).catch(() => location.reload()));
