// @ts-check
/** Encounters of an identity in columns: drag a card to another column, or choose its radio button. */

/** @param {HTMLElement} form */
function splitting(form) {
  /** @type {HTMLElement | null} */
  let dragged = null;

  /** @param {HTMLElement} card @param {string} group */
  function move(card, group) {
    const list = form.querySelector(`[data-group="${group}"] [data-drop]`);
    const radio = card.querySelector(`input[value="${group}"]`);
    if (!list || !(radio instanceof HTMLInputElement)) return;
    radio.checked = true;
    const focused = card.contains(document.activeElement);
    if (card.parentElement !== list) list.append(card);
    if (focused) radio.focus();
    for (const column of form.querySelectorAll("[data-group]")) {
      const count = column.querySelector("[data-count]");
      if (count) count.textContent = String(column.querySelectorAll("[data-encounter]").length);
    }
  }

  /** @param {Event} event */
  const columnOf = (event) =>
    event.target instanceof Element ? event.target.closest("[data-group]") : null;

  form.addEventListener("change", (event) => {
    const radio = event.target;
    const card = radio instanceof HTMLInputElement ? radio.closest("[data-encounter]") : null;
    if (card instanceof HTMLElement && radio instanceof HTMLInputElement) move(card, radio.value);
  });
  form.addEventListener("dragstart", (event) => {
    const card = event.target instanceof Element ? event.target.closest("[data-encounter]") : null;
    if (!(card instanceof HTMLElement) || !event.dataTransfer) return;
    dragged = card;
    card.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.encounter ?? "");
  });
  form.addEventListener("dragover", (event) => {
    const column = columnOf(event);
    if (!dragged || !column) return;
    event.preventDefault();
    for (const one of form.querySelectorAll(".over")) one.classList.toggle("over", one === column);
    column.classList.add("over");
  });
  form.addEventListener("drop", (event) => {
    const column = columnOf(event);
    if (!dragged || !(column instanceof HTMLElement)) return;
    event.preventDefault();
    move(dragged, column.dataset.group ?? "0");
  });
  form.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    for (const one of form.querySelectorAll(".over")) one.classList.remove("over");
    dragged = null;
  });
}

for (const form of document.querySelectorAll("form[data-split]")) {
  if (form instanceof HTMLElement) splitting(form);
}
