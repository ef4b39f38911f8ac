// Text size and light or dark: applied at once, then stored by the same form. Menus close as readers expect.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!("display" in form.dataset) || !button) return;
  event.preventDefault();

  document.documentElement.dataset[button.name === "theme" ? "theme" : "size"] = button.value;
  for (const other of form.querySelectorAll(`[name="${button.name}"]`)) {
    other.setAttribute("aria-pressed", String(other === button));
  }

  const body = new FormData(form);
  body.set(button.name, button.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
  } catch {
    document.getElementById("live").textContent = "这次显示已改好，但没有存上，下次打开还是原来的。";
  }
}, true);

const menus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
