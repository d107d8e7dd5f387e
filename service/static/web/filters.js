// @ts-check
/** A filter form that applies itself; without JavaScript its button does. */

for (const form of document.querySelectorAll("form[data-filters]")) {
  form.addEventListener("change", () => {
    if (!(form instanceof HTMLFormElement)) return;
    const chosen = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) chosen.set(name, String(value));
    location.assign(`${form.action}?${chosen}`);
  });
}
