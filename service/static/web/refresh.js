// @ts-check
/** Elements with an id and `data-refresh="seconds"` are renewed from the server until it stops asking.
 * With `data-reload` the whole page comes anew when it does: what waits there rebuilds the page. */

import { load, replaceParts } from "./replace.js";

const LONGEST_MS = 60_000; // for one answer; then it is asked for again
let running = false;

function interval() {
  const waiting = [...document.querySelectorAll("[data-refresh]")];
  const seconds = waiting.map((element) => Number(element.getAttribute("data-refresh")));
  return seconds.length ? Math.max(0.5, Math.min(...seconds)) * 1000 : 0;
}

async function renew() {
  const lines = document.querySelector(".dragging, input[type=range]:active");
  if (document.hidden || lines) return;
  const asked = location.href;
  const page = await load(asked, AbortSignal.timeout(LONGEST_MS)).catch(() => null);
  if (!page || location.href !== asked) return; // something else is looked at by now
  const gone = (/** @type {Element} */ one) => !page.getElementById(one.id);
  if ([...document.querySelectorAll("[data-reload]")].some(gone)) return location.reload();
  replaceParts(page, "[data-refresh], [data-live]:not(:has(locked-viewer))"); // a picture is left as it is looked at
}

/** As long as anything asks for it, also where what asks came in later. */
async function keepFresh() {
  if (running) return;
  running = true;
  while (interval()) {
    await new Promise((resolve) => setTimeout(resolve, interval()));
    await renew();
  }
  running = false;
}

document.addEventListener("replaced", keepFresh);
keepFresh();
