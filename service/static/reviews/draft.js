// @ts-check
/** What is typed into `form[data-draft=KEY]` survives a lost connection, a login that ran out and a closed
 * tab of this session; `[data-draft-done=KEY]` says that it was received. */

const PREFIX = "draft:";

/** @param {HTMLFormElement} form */
function typed(form) {
  const fields = [...new FormData(form)].filter(([name, value]) => name !== "seconds" && typeof value === "string");
  return Object.fromEntries(fields);
}

/** @param {HTMLFormElement} form @param {Record<string, string>} kept */
function restore(form, kept) {
  for (const [name, value] of Object.entries(kept)) {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList) field.value = value;
    else if (field instanceof HTMLInputElement && /radio|checkbox/.test(field.type)) field.checked = field.value === value;
    else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) field.value = value;
  }
  form.dispatchEvent(new Event("restored"));
}

for (const done of document.querySelectorAll("[data-draft-done]")) {
  sessionStorage.removeItem(PREFIX + done.getAttribute("data-draft-done"));
}
for (const form of document.querySelectorAll("form[data-draft]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  const key = PREFIX + form.dataset.draft;
  const kept = sessionStorage.getItem(key);
  if (kept) restore(form, JSON.parse(kept));
  for (const kind of ["input", "change", "submit"]) {
    form.addEventListener(kind, () => sessionStorage.setItem(key, JSON.stringify(typed(form))));
  }
}
