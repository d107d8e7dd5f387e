// @ts-check
/** The dialog in which boxes are drawn on a photo that is chosen and not sent yet. */

import { BoxCanvas } from "./box-canvas.js";
import { filled } from "./file-row.js";

/** @typedef {import("./chosen-photo.js").ChosenPhoto} ChosenPhoto */

const LONGEST = 1600; // pixels of the picture that is shown

export class UploadBoxes {
  /** @param {HTMLDialogElement} dialog @param {{ box: string, unreadable: string }} texts @param {() => void} done */
  constructor(dialog, texts, done) {
    this.dialog = dialog;
    this.texts = texts;
    this.done = done;
    /** @type {import("./box-canvas.js").DrawnBox[]} */
    this.boxes = [];
    /** @type {ChosenPhoto | null} */
    this.photo = null;
    const svg = /** @type {SVGSVGElement} */ (dialog.querySelector("svg"));
    this.canvas = new BoxCanvas(svg, {
      drawn: (corners) => this.add(corners),
      changed: () => {},
      removed: (number) => this.remove(number),
      chosen: (number) => this.canvas.choose(number),
    });
    dialog.querySelector("[data-add]")?.addEventListener("click", () => this.add(this.canvas.middle()));
    dialog.querySelector("[data-draw]")?.addEventListener("click", () => this.canvas.draw(!this.canvas.drawing));
    dialog.querySelector("[data-clear]")?.addEventListener("click", () => this.show([]));
    dialog.addEventListener("close", () => this.keep());
  }

  /** @param {ChosenPhoto} photo */
  async open(photo) {
    const picture = await upright(photo.file).catch(() => null);
    const [title, problem] = ["title", "unreadable"].map((name) => this.dialog.querySelector(`[data-${name}]`));
    if (title) title.textContent = photo.file.name;
    if (problem instanceof HTMLElement) problem.hidden = picture !== null;
    this.photo = picture ? photo : null;
    this.canvas.svg.toggleAttribute("hidden", !picture);
    if (picture) {
      const { width, height, url } = picture;
      this.canvas.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      const image = this.canvas.svg.querySelector("image");
      for (const [name, value] of Object.entries({ href: url, width, height })) image?.setAttribute(name, String(value));
    }
    this.dialog.showModal();
    const { width, height } = this.canvas;
    this.show(picture ? photo.boxes.map((box) => this.drawn({ x0: box.x0 * width, y0: box.y0 * height, x1: box.x1 * width, y1: box.y1 * height })) : []);
  }

  /** @param {import("./box-canvas.js").Corners} corners */
  drawn(corners) {
    return { corners, name: "", proposed: false };
  }

  /** @param {import("./box-canvas.js").Corners} corners */
  add(corners) {
    this.canvas.draw(false);
    this.show([...this.boxes, this.drawn(corners)], this.boxes.length);
    this.canvas.focus(this.boxes.length - 1);
  }

  /** @param {number} number */
  remove(number) {
    this.show(this.boxes.filter((_, place) => place !== number));
    if (this.boxes.length) this.canvas.focus(0);
    else /** @type {HTMLElement | null} */ (this.dialog.querySelector("[data-add]"))?.focus();
  }

  /** @param {import("./box-canvas.js").DrawnBox[]} boxes @param {number} [number] */
  show(boxes, number = -1) {
    this.boxes = boxes;
    boxes.forEach((box, place) => { box.name = filled(this.texts.box, { number: place + 1 }); });
    this.canvas.show(boxes, number);
  }

  keep() {
    const { width, height } = this.canvas;
    if (this.photo) this.photo.boxes = this.boxes.map(({ corners: { x0, y0, x1, y1 } }) => ({ x0: x0 / width, y0: y0 / height, x1: x1 / width, y1: y1 / height }));
    this.photo = null;
    this.done();
  }
}

/** The photo as the service sees it: turned upright, smaller where it is large; size in its own pixels.
 * @param {File} file */
async function upright(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const { width, height } = bitmap;
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(width * scale), height: Math.round(height * scale) });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { width, height, url: canvas.toDataURL("image/jpeg", 0.85) };
}
