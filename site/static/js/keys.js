// Single-key shortcuts on pages that offer them: [data-key="g"] is pressed by g, a choice is chosen.
// Several keys stand with a space between them: a clicker in a lecture sends PageDown.
// They are silent while the reader types, and a button [data-keys-toggle] turns them off on this device.

const OFF = "keys-off";
const toggle = document.querySelector("[data-keys-toggle]");

function tell() {
  if (!toggle) return;
  const on = localStorage.getItem(OFF) === null;
  toggle.setAttribute("aria-pressed", String(on));
  toggle.textContent = on ? "快捷键：开" : "快捷键：关";
}

function typing(target) {
  return target.isContentEditable || target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
}

toggle?.addEventListener("click", () => {
  if (localStorage.getItem(OFF) === null) localStorage.setItem(OFF, "1");
  else localStorage.removeItem(OFF);
  tell();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  // Enter on a link or a button is already an order.
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  if (typing(event.target) || localStorage.getItem(OFF) !== null) return;
  const found = document.querySelector(`[data-key~="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!found || found.disabled) return;
  event.preventDefault();
  found.focus();
  found.click();
});

tell();
