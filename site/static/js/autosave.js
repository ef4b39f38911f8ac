// Saves a form while it is being filled: <form data-autosave="/address/"> with an element [data-autosave-status] in it.
// A choice is saved at once, text after a pause. What could not be sent is sent when the network is back.
// The server answers 2xx when it is kept; with JSON {"status": "…"} it may choose the words.

const PAUSE = 800;
const RETRY = 5000;

function watch(form) {
  const status = form.querySelector("[data-autosave-status]");
  let timer = 0;
  let sending = false;
  let dirty = false;

  const show = (words) => {
    if (status) status.textContent = words;
  };

  async function save() {
    clearTimeout(timer);
    if (sending || !dirty) return;
    sending = true;
    dirty = false;
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form) });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      show((json && (await answer.json()).status) || "已自动保存");
    } catch {
      dirty = true;
      show("待上传：没有存上，联网后再存，请先不要关闭这一页");
      timer = setTimeout(save, RETRY);
    }
    sending = false;
    if (dirty) timer = setTimeout(save, RETRY);
  }

  form.addEventListener("input", (event) => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, event.target.matches("textarea, input[type=text]") ? PAUSE : 0);
  });
  form.addEventListener("submit", () => {
    dirty = false;
    clearTimeout(timer);
  });
  window.addEventListener("online", save);
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}

document.querySelectorAll("[data-autosave]").forEach(watch);
