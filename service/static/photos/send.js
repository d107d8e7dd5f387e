// @ts-check
/** Send one photo to the API, and ask how far an upload is. */

import { filled } from "./file-row.js";

/** @typedef {{ id: number, files: { photo_id: string | null, encounter_id: number | null, created: boolean, state: string | null, error_code: string | null, error_detail: string | null, changed: string[] }[] }} Upload */
/** @typedef {{ code: string, detail: string }} Problem */

const UPLOADS = "/api/v1/photos";

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
    request.open("POST", UPLOADS);
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

/** @param {number} upload @returns {Promise<Upload>} */
export async function uploadState(upload) {
  const response = await fetch(`/api/v1/uploads/${upload}`);
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}
