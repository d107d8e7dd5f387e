// @ts-check
/** One file of an upload as a row of the table: sending, pending, embedded, failed or refused. */

/** What to do, by error code; the service's sentence says what is wrong. */
const ADVICE = {
  unreadable_image: "Copy it again from the card, as JPEG, PNG or WebP.",
  no_photo_accepted: "Copy it again from the card, as JPEG, PNG or WebP.",
  image_too_large: "Save it with fewer pixels, or cut out the animal.",
  too_large: "Save it with fewer pixels, or cut out the animal.",
  unusable_crop: "Cut the flank out of a photo with more pixels.",
  connection: "Check that the service runs, and send it again.",
};

const WORDS = { pending: "being embedded", embedded: "embedded", failed: "cannot be used", refused: "refused" };
const TAGS = { pending: "busy", embedded: "embedded", failed: "failed", refused: "failed" };

export class FileRow {
  /** @param {File} file @param {FormData} said */
  constructor(file, said) {
    this.file = file;
    this.said = said;
    this.state = "queued";
    this.share = 0;
    this.upload = 0;
    this.node = document.createElement("tr");
    this.cells = ["", "", ""].map(() => this.node.appendChild(document.createElement("td")));
    this.cells[0].textContent = file.name;
    this.cells[1].textContent = "waits";
  }

  /** @param {number} share of the bytes, 0 to 1 */
  sending(share) {
    this.state = "sending";
    this.share = share;
    let bar = this.cells[1].querySelector("progress");
    if (!bar) {
      bar = document.createElement("progress");
      bar.setAttribute("aria-label", `Sending ${this.file.name}`);
      this.cells[1].replaceChildren(bar);
    }
    bar.value = share;
  }

  /** @param {import("./send.js").Upload | import("./send.js").Problem} answer */
  answered(answer) {
    this.share = 1;
    if (!("files" in answer)) return this.refused(answer);
    const [file] = answer.files;
    this.upload = answer.id;
    if (!file.photo_id) return this.refused({ code: file.error_code ?? "", detail: file.error_detail ?? "" });
    this.tag(file.state ?? "pending", file.created ? "" : " (was known already)");
    if (file.state === "failed") return this.explain(file.error_code ?? "", file.error_detail ?? "");
    const link = Object.assign(document.createElement("a"), { href: `/encounters/${file.encounter_id}`, textContent: `Encounter ${file.encounter_id}` });
    this.cells[2].replaceChildren(link);
  }

  /** @param {import("./send.js").Problem} problem */
  refused(problem) {
    this.share = 1;
    this.tag("refused");
    this.explain(problem.code, problem.detail);
  }

  /** @param {string} state @param {string} [more] */
  tag(state, more = "") {
    this.state = state;
    const tag = document.createElement("span");
    tag.className = `tag ${TAGS[/** @type {keyof typeof TAGS} */ (state)]}`;
    tag.textContent = WORDS[/** @type {keyof typeof WORDS} */ (state)];
    this.cells[1].replaceChildren(tag, more);
  }

  /** @param {string} code @param {string} detail */
  explain(code, detail) {
    const advice = ADVICE[/** @type {keyof typeof ADVICE} */ (code)] ?? "";
    const said = detail.charAt(0).toUpperCase() + detail.slice(1).replace(/\.$/, "");
    this.cells[2].textContent = `${said}. ${advice}`;
  }
}
