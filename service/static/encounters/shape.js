// @ts-check
/** Photos of an encounter are dragged to where they belong; those that are chosen go along. */

/** @param {HTMLFormElement} form */
function shaping(form) {
  /** @type {HTMLElement | null} */
  let dragged = null;
  const folded = form.closest("details");
  const boxes = () => [...form.querySelectorAll("input[name=annotation]")].filter((one) => one instanceof HTMLInputElement);

  function count() {
    const chosen = form.querySelector("[data-chosen]");
    const number = boxes().filter((one) => one instanceof HTMLInputElement && one.checked).length;
    if (chosen instanceof HTMLElement) chosen.textContent = `${chosen.dataset.words} ${number}`;
  }

  /** @param {Event} event */
  const goalOf = (event) => (event.target instanceof Element ? event.target.closest("[data-goal]") : null);

  folded?.addEventListener("toggle", () => {
    if (folded.open) folded.scrollIntoView({ block: "nearest" }); // photos and goals are seen at once
  });
  form.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement) || event.target.name !== "annotation") return;
    if (folded) folded.open = true;
    count();
  });
  form.addEventListener("dragstart", (event) => {
    const card = event.target instanceof Element ? event.target.closest("[data-photo]") : null;
    if (!(card instanceof HTMLElement) || !event.dataTransfer) return;
    dragged = card;
    const box = card.querySelector("input");
    if (box && !box.checked) {
      for (const one of boxes()) if (one instanceof HTMLInputElement) one.checked = one === box;
      count();
    }
    card.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.photo ?? "");
  });
  form.addEventListener("dragover", (event) => {
    const goal = goalOf(event);
    for (const one of form.querySelectorAll(".over")) one.classList.toggle("over", one === goal);
    if (!dragged || !goal) return;
    event.preventDefault();
    goal.classList.add("over");
  });
  form.addEventListener("drop", (event) => {
    const button = goalOf(event)?.querySelector("button");
    if (!dragged || !(button instanceof HTMLButtonElement)) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
  form.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    for (const one of form.querySelectorAll(".over")) one.classList.remove("over");
    dragged = null;
  });
}

for (const form of document.querySelectorAll("form[data-shape]")) {
  if (form instanceof HTMLFormElement) shaping(form);
}
