// @ts-check
/** The answer to a pair: asks for what is missing before it is sent, and measures the time. */

const form = document.querySelector("form#answer");
/** @type {HTMLButtonElement | null} */
let chosen = null;

/** @param {HTMLFormElement} answer @param {HTMLButtonElement} button */
function missing(answer, button) {
  const needsWhy = /not_comparable|cannot_tell/.test(button.value);
  const field = needsWhy ? "reason" : "certainty";
  return new FormData(answer).get(field) ? "" : field;
}

/** @param {HTMLFormElement} answer @param {HTMLButtonElement} button @param {string} field */
function ask(answer, button, field) {
  for (const one of answer.querySelectorAll("[data-chosen]")) one.removeAttribute("data-chosen");
  chosen = button;
  button.setAttribute("data-chosen", "");
  const asked = answer.querySelector("[data-asked]");
  const words = field === "reason" ? answer.dataset.asksWhy : answer.dataset.asks;
  if (asked) asked.textContent = words ?? "";
  const first = answer.querySelector(`[name="${field}"]`);
  if (first instanceof HTMLElement) first.focus();
}

if (form instanceof HTMLFormElement) {
  form.addEventListener("submit", (event) => {
    const button = event instanceof SubmitEvent ? event.submitter : null;
    if (button instanceof HTMLButtonElement && missing(form, button)) {
      event.preventDefault();
      return ask(form, button, missing(form, button));
    }
    const seconds = form.querySelector("[data-seconds]");
    if (seconds instanceof HTMLInputElement) seconds.value = (performance.now() / 1000).toFixed(2);
  });
  form.addEventListener("change", (event) => {
    const certain = event.target instanceof HTMLInputElement && event.target.name === "certainty";
    if (certain && chosen && !missing(form, chosen)) form.requestSubmit(chosen);
  });
  form.addEventListener("keydown", (event) => {
    const note = event.target instanceof HTMLInputElement && event.target.name === "note";
    if (event.key === "Enter" && note && !event.isComposing) event.target.blur(); // the next key answers
    const reason = event.target instanceof HTMLSelectElement && event.target.name === "reason";
    if (event.key !== "Enter" || !reason || !chosen || missing(form, chosen)) return;
    event.preventDefault();
    form.requestSubmit(chosen);
  });
}
