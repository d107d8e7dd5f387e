// @ts-check
/** Sends a photo in pieces, by tus 1.0: what arrived before the line broke is not sent again. Then the
 * service takes it in, as it takes any upload. */

import { filled } from "./file-row.js";

/** @typedef {import("./line.js").Line} Line */
/** @typedef {import("./line.js").Answer} Answer */

const PHOTOS = "/api/v1/photos", PLACE = "/api/v1/arriving-files";
const TUS = { "tus-resumable": "1.0.0" };
const MOST = 8 << 20, LEAST = 64 << 10; // bytes of one request; fewer where a whole one never gets through
const TRIES = 3;
const LOST = new Set(["arriving_file_gone", "other_bytes_arrived", "not_here_whole"]); // begin again

/** @param {File} file @param {FormData} said @param {Line} line @param {(share: number) => void} progress
 * @returns {Promise<import("./send.js").Upload | import("./send.js").Problem>} */
export async function sendPhoto(file, said, line, progress) {
  const sha256 = await hashOf(file);
  for (let tries = 1; ; tries += 1) {
    let answer = await arrive(file, sha256, line, progress);
    if (typeof answer === "string") answer = await line.sure(PHOTOS, { body: stated(said, answer) });
    if (LOST.has(answer.body?.code) && tries < TRIES) continue;
    if (!answer.body) throw new Error(filled(line.texts.answered, { status: answer.status }));
    return answer.body;
  }
}

/** @param {FormData} said @param {string} arrived */
function stated(said, arrived) {
  const body = new FormData();
  for (const [name, value] of said) if (value) body.append(name, value);
  body.append("arrived", arrived);
  return body;
}

/** @param {File} file @param {string} sha256 @param {Line} line @param {(share: number) => void} progress
 * @returns {Promise<string | Answer>} its id when all bytes are there, or why they are not taken */
async function arrive(file, sha256, line, progress) {
  const begun = await line.sure(PLACE, { headers: { ...TUS, "upload-length": String(file.size), "upload-metadata": metadata(file.name, sha256) } });
  if (begun.status !== 201) return begun;
  const place = begun.header("location") ?? "";
  let offset = Number(begun.header("upload-offset")), most = MOST;
  while (offset < file.size) {
    progress(offset / file.size);
    const body = await file.slice(offset, offset + most).arrayBuffer();
    const headers = { ...TUS, "upload-offset": String(offset), "content-type": "application/offset+octet-stream" };
    const sent = await line.once(place, { method: "PATCH", headers, body, progress: (bytes) => progress((offset + bytes) / file.size) });
    if (sent?.status === 204) {
      offset += body.byteLength;
      most = Math.min(MOST, 2 * most);
      continue;
    }
    if (sent && sent.status !== 409) return sent;
    const here = await line.sure(place, { method: "GET" });
    if (here.status !== 200) return here;
    if (here.body.offset === offset) most = Math.max(LEAST, most / 2);
    offset = here.body.offset;
  }
  return place.split("/").at(-1) ?? "";
}

/** @param {string} name @param {string} sha256 */
function metadata(name, sha256) {
  const base64 = (/** @type {string} */ text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  return `filename ${base64(name)}${sha256 ? `,sha256 ${base64(sha256)}` : ""}`;
}

/** The id that the photo will have; "" where the browser computes none, which is over plain http from
 * another computer. @param {File} file @returns {Promise<string>} */
async function hashOf(file) {
  const bytes = await file.arrayBuffer();
  if (!crypto.subtle) return "";
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
