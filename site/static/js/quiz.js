// A quiz page keeps a choice at once; what could not be sent waits on this device, and the page says how many wait.
// Each save carries a number; what the server kept under a higher one wins, unless it is older than the last choice here.

const form = document.querySelector("form[data-save]");
const status = document.querySelector("[data-save-status]");
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
// A device may be shared: everybody finds their own answers only.
const owner = document.querySelector("[data-owner]")?.dataset.owner;
const STORE = `quiz-unsent-${owner}`;
const TYPING_PAUSE = 800;
const RETRY = 2000;
let timer = 0;
let retryTimer = 0;
let tries = 0;
let latest = 0;
let request = null;

function unsent() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) || {};
  } catch {
    return {};
  }
}

function store(address, item) {
  localStorage.setItem(STORE, JSON.stringify({ ...unsent(), [address]: item }));
}

function forget(address, item) {
  if (unsent()[address]?.sequence === item.sequence) store(address);
}

function tell(sentence) {
  const waiting = Object.keys(unsent()).length;
  if (status) status.textContent = waiting ? `未同步 ${waiting}：网络断了，答案记在这台设备上，联网后自动补上。` : sentence;
}

async function send(address, item, signal) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token);
  body.set("sequence", item.sequence);
  item.response.forEach((each) => body.append("response", each));
  const answer = await fetch(address, { method: "POST", body, signal });
  // Signed out: it waits.
  if (answer.redirected || answer.status === 403 || answer.status >= 500) throw new Error("not taken");
  forget(address, item);
  return answer.status === 404 ? { status: "" } : answer.json();
}

async function keep() {
  const mine = (latest += 1);
  const number = form.elements.sequence;
  const item = { sequence: Number(number.value), response: new FormData(form).getAll("response") };
  number.value = item.sequence + 1;
  request = new AbortController();
  store(form.dataset.save, item);
  try {
    const kept = await send(form.dataset.save, item, request.signal);
    if (mine !== latest) return;
    tell(kept.status);
    if (kept.sequence > item.sequence + 1) {
      number.value = kept.sequence;
      keep();
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    tell("");
    again();
  }
}

async function flush() {
  clearTimeout(retryTimer);
  let said = "";
  try {
    for (const [address, item] of Object.entries(unsent())) said = (await send(address, item)).sequence && "已保存";
    tries = 0;
    if (said) tell(said);
  } catch {
    tell("");
    again();
  }
}

function again() {
  clearTimeout(retryTimer);
  retryTimer = setTimeout(flush, RETRY * 2 ** Math.min(tries++, 4));
}

form?.addEventListener("input", (event) => {
  if (event.target.name !== "response") return;
  clearTimeout(timer);
  timer = setTimeout(keep, event.target.matches("[type=text], :not([type])") ? TYPING_PAUSE : 0);
});
form?.addEventListener("submit", (event) => {
  clearTimeout(timer);
  if (!navigator.onLine) {
    event.preventDefault();
    keep();
    return;
  }
  // What is stored stays until a later page hears from the server: this submit may be lost as well.
  latest += 1;
  request?.abort();
});

if (token && owner) {
  window.addEventListener("online", flush);
  if (Object.keys(unsent()).length) flush();
}

document.querySelector("[data-focus]")?.focus({ preventScroll: true });
