// @ts-check
/** Keyboard: `data-key` on any element names the keys that press or focus it, `data-says` what the
 * help dialog writes about it. Several keys are separated by spaces. With `data-once` a key that is
 * held down presses once. */

document.documentElement.classList.add("js");

/** @param {KeyboardEvent} event */
function keyOf(event) {
  if (event.key.length > 1) return event.shiftKey ? `Shift+${event.key}` : event.key;
  const letter = event.key.toLowerCase() !== event.key.toUpperCase();
  if (!letter) return event.key;
  return event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase(); // Caps Lock is no Shift
}

/** Whether the focused element needs this key itself.
 * @param {EventTarget | null} target @param {string} key */
function isTyping(target, key) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && /checkbox|file/.test(target.type)) return /^( |Enter)$/.test(key);
  if (target instanceof HTMLInputElement && target.type === "radio") return /Arrow|^ $/.test(key);
  if (target instanceof HTMLInputElement && target.type === "range") return /Arrow|Page|Home|End/.test(key);
  return target.matches("input, textarea, select") || target.isContentEditable;
}

/** @param {Element} element */
function act(element) {
  const words = "input:not([type=checkbox], [type=radio], [type=file]), textarea, select";
  if (element instanceof HTMLElement && element.matches(words)) {
    const folded = element.closest("details");
    if (folded) folded.open = true;
    element.focus();
  } else if (element instanceof HTMLElement) {
    element.click();
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = isTyping(event.target, keyOf(event));
  if (typing) return whileTyping(event);
  if (document.querySelector("dialog[open]")) return;
  for (const element of document.querySelectorAll("[data-key]")) {
    const keys = element.getAttribute("data-key")?.split(" ") ?? [];
    if (!keys.includes(keyOf(event)) || element.matches(":disabled")) continue;
    event.preventDefault();
    return event.repeat && element.hasAttribute("data-once") ? undefined : act(element);
  }
}

/** In a field Escape leaves it, and Enter presses the button the field names.
 * @param {KeyboardEvent} event */
function whileTyping(event) {
  if (!(event.target instanceof HTMLElement)) return;
  if (event.key === "Escape") event.target.blur();
  const button = event.target.getAttribute("data-enter");
  if (event.key === "Enter" && button) {
    event.preventDefault();
    document.querySelector(button)?.dispatchEvent(new MouseEvent("click", { cancelable: true }));
  }
}

/** Write the keys of this page into its help dialog. */
function listKeys() {
  const list = document.querySelector("[data-keys-list]");
  if (!list) return;
  const lines = [...document.querySelectorAll("[data-key][data-says]")].map((element) => {
    const line = document.createElement("li");
    const keys = document.createElement("span");
    for (const key of element.getAttribute("data-key")?.split(" ") ?? []) {
      keys.append(Object.assign(document.createElement("kbd"), { textContent: pretty(key) }), " ");
    }
    line.append(keys, element.getAttribute("data-says") ?? "");
    return line;
  });
  list.replaceChildren(...lines);
}

/** @param {string} key */
function pretty(key) {
  const arrows = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
  return key
    .replace("Shift+", "⇧")
    .replace(/Arrow\w+/, (name) => arrows[/** @type {keyof typeof arrows} */ (name)])
    .replace(/^[A-Z]$/, (letter) => `⇧${letter.toLowerCase()}`);
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  const opener = event.target instanceof Element ? event.target.closest("[data-opens]") : null;
  const dialog = document.getElementById(opener?.getAttribute("data-opens") ?? "");
  if (dialog instanceof HTMLDialogElement) {
    listKeys();
    dialog.showModal();
  }
});
