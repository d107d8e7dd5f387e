// @ts-check
/** `data-ahead` names a page that comes next: its photos are fetched while this one is looked at. */

import { load } from "./replace.js";

const next = document.querySelector("[data-ahead]")?.getAttribute("data-ahead");
if (next) {
  addEventListener("load", async () => {
    const page = await load(next).catch(() => null);
    for (const photo of page?.querySelectorAll("svg.pane image") ?? []) {
      new Image().src = photo.getAttribute("href") ?? "";
    }
  });
}
