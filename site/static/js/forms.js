// Every form: submitted once, told when the network is slow, errors brought to the reader.
// Without this file all forms work: the server knows a second click by its idempotency key.

const BUSY_AFTER = 300;
const SLOW_AFTER = 8000;
const GIVE_UP_AFTER = 20000;

const live = document.getElementById("live");
const busy = new Map();

function say(sentence) {
  live.textContent = sentence;
}

function hold(form, submitter) {
  const button = submitter || form.querySelector("button:not([type=button])");
  const words = button && [...button.childNodes];
  const timers = [
    setTimeout(() => {
      if (!button) return;
      button.setAttribute("aria-busy", "true");
      button.textContent = button.dataset.busy || "提交中…";
    }, BUSY_AFTER),
    setTimeout(() => say("网络慢，还在等回应。您填的内容都在，请不要关闭这一页。"), SLOW_AFTER),
    setTimeout(() => free(form), GIVE_UP_AFTER),
  ];
  busy.set(form, { button, words, timers });
}

function free(form) {
  const held = busy.get(form);
  if (!held) return;
  busy.delete(form);
  held.timers.forEach(clearTimeout);
  if (!held.button) return;
  held.button.removeAttribute("aria-busy");
  held.button.replaceChildren(...held.words);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get" || "resubmit" in form.dataset) return;
  if (busy.has(form)) {
    event.preventDefault();
    return;
  }
  hold(form, event.submitter);
});

// Coming back with the Back button must not find the form still held.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) [...busy.keys()].forEach(free);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (!form) return;
  if (busy.has(form)) {
    event.preventDefault();
    return;
  }
  hold(form, event.detail.requestConfig.triggeringEvent?.submitter);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (form) free(form);
  if (event.detail.successful) say("");
});

document.addEventListener("htmx:sendError", () => say("没有发出去：网络断了。您填的内容都在，请重试。"));
document.addEventListener("htmx:responseError", () => say("没有办成：服务器出了问题。您填的内容都在，请稍后重试。"));

function showErrors(root) {
  const summary = root.querySelector("[data-error-summary]");
  if (summary) summary.focus();
}

function countDown(form) {
  let left = Number(form.dataset.undoSeconds);
  const shown = form.querySelector("[data-undo-left]");
  const timer = setInterval(() => {
    left -= 1;
    shown.textContent = String(left);
    if (left > 0) return;
    clearInterval(timer);
    form.closest(".undo").remove();
  }, 1000);
}

function start(root) {
  showErrors(root);
  root.querySelectorAll("[data-undo-seconds]").forEach(countDown);
}

start(document);
document.addEventListener("htmx:afterSwap", (event) => start(event.detail.target));
