// @ts-check
/** Elements with an id and `data-refresh="seconds"` are renewed from the server until it stops asking.
 * With `data-reload` the whole page comes anew when it does: what waits there rebuilds the page. */

import { load, replaceParts } from "./replace.js";

function interval() {
  const waiting = [...document.querySelectorAll("[data-refresh]")];
  const seconds = waiting.map((element) => Number(element.getAttribute("data-refresh")));
  return seconds.length ? Math.max(0.5, Math.min(...seconds)) * 1000 : 0;
}

async function renew() {
  const again = interval();
  if (!again) return;
  const lines = document.querySelector(".dragging, input[type=range]:active");
  if (!document.hidden && !lines) {
    const page = await load(location.href).catch(() => null);
    const gone = (/** @type {Element} */ one) => page && !page.getElementById(one.id);
    if ([...document.querySelectorAll("[data-reload]")].some(gone)) return location.reload();
    if (page) replaceParts(page, "[data-refresh], [data-live]:not(:has(locked-viewer))"); // a picture is left as it is looked at
  }
  if (interval()) setTimeout(renew, again);
}

if (interval()) setTimeout(renew, interval());
