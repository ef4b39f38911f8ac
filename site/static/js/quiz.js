// A quiz page: keeps a choice on the server as soon as it is made, and leads the reader to the verdict.
// Each save carries a number; what the server kept under a higher one wins, unless it is older than the last choice here.

const form = document.querySelector("form[data-save]");
const status = document.querySelector("[data-save-status]");
const TYPING_PAUSE = 800;
let timer = 0;
let latest = 0;
let request = null;

async function keep() {
  const mine = (latest += 1);
  const number = form.elements.sequence;
  const sent = Number(number.value);
  number.value = sent + 1;
  request = new AbortController();
  try {
    const answer = await fetch(form.dataset.save, { method: "POST", body: new FormData(form), signal: request.signal });
    if (mine !== latest || answer.redirected) return;
    const kept = await answer.json();
    status.textContent = kept.status;
    if (kept.sequence > sent + 1) {
      number.value = kept.sequence;
      keep();
    }
  } catch {
    if (mine === latest) status.textContent = "没有存上：网络断了。按“确定”时会再交一次。";
  }
}

form?.addEventListener("input", (event) => {
  clearTimeout(timer);
  timer = setTimeout(keep, event.target.matches("[type=text], :not([type])") ? TYPING_PAUSE : 0);
});
form?.addEventListener("submit", () => {
  clearTimeout(timer);
  latest += 1;
  request?.abort();
});

document.querySelector("[data-focus]")?.focus({ preventScroll: true });
