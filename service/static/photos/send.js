// @ts-check
/** What the upload page asks of the API: an upload, its photos one by one, their boxes and their clocks. */

import { filled } from "./file-row.js";

/** @typedef {{ position: number, photo_id: string | null, encounter_id: number | null, created: boolean, state: string | null, error_code: string | null, error_detail: string | null, changed: string[], station: string | null, camera: string | null, file_time: string | null, captured_at: string | null, boxes: "confirm" | "draw" | null }} SentFile */
/** @typedef {{ id: number, files: SentFile[] }} Upload */
/** @typedef {{ code: string, detail: string }} Problem */
/** @typedef {{ file: string, station: string, camera: string, captured_at: string | null, flank: string | null, box: string, encounter: string, individual: string, notes: string }} PhotoLine */
/** @typedef {{ lines: PhotoLine[], refused: { line: number, why: string }[], ignored: string[] }} PhotoTable */

const API = "/api/v1";

/** XMLHttpRequest, because fetch reports no progress of what it sends.
 * @param {File} file @param {FormData} said
 * @param {{ answered: string, unreachable: string }} texts @param {(share: number) => void} progress
 * @returns {Promise<Upload | Problem>} */
export function sendPhoto(file, said, texts, progress) {
  const body = new FormData();
  for (const [name, value] of said) if (value) body.append(name, value);
  body.append("files", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${API}/photos`);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => progress(event.total ? event.loaded / event.total : 0));
    request.addEventListener("load", () => {
      if (request.response) resolve(request.response);
      else reject(new Error(filled(texts.answered, { status: request.status })));
    });
    request.addEventListener("error", () => reject(new Error(texts.unreachable)));
    request.send(body);
  });
}

/** @param {string} path @param {RequestInit} [options] @returns {Promise<any>} */
async function asked(path, options) {
  const response = await fetch(`${API}${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? String(response.status));
  return answer;
}

/** @param {unknown} body @returns {RequestInit} */
function posted(body) {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

/** @returns {Promise<number>} an upload to which photos are added */
export async function beginUpload() {
  return (await asked("/uploads", { method: "POST" })).id;
}

/** @param {number} upload @returns {Promise<Upload>} */
export function uploadState(upload) {
  return asked(`/uploads/${upload}`);
}

/** @param {File} file @returns {Promise<PhotoTable>} */
export function readTable(file) {
  const body = new FormData();
  body.append("table", file, file.name);
  return asked("/photo-tables", { method: "POST", body });
}

/** One more animal in a photo. @param {string} photo @param {number[]} box */
export function addBox(photo, box) {
  return asked(`/photos/${photo}/annotations`, posted({ box }));
}

/** Correct the clock of a camera for the photos between two times of their files.
 * @param {{ station: string, camera: string, from_time: string, until_time: string, offset_s: number }} clock
 * @returns {Promise<{ changed: number }>} */
export function correctClock(clock) {
  return asked("/clocks", posted(clock));
}
