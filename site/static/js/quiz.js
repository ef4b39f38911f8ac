// A quiz page: keeps a choice on the server as soon as it is made, and leads the reader to the verdict.
// What could not be sent waits on this device and is sent as soon as the network is back; the page says how many wait.
// Each save carries a number; what the server kept under a higher one wins, unless it is older than the last choice here.

const form = document.querySelector("form[data-save]");
const status = document.querySelector("[data-save-status]");
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
const STORE = "quiz-unsent";
const TYPING_PAUSE = 800;
const RETRY = 2000;
const RETRY_MOST = 30000;
let timer = 0;
let retryTimer = 0;
let retryAfter = RETRY;
let latest = 0;
let request = null;

function unsent() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) || {};
  } catch {
    return {};
  }
}

function remember(address, item) {
  const items = { ...unsent(), [address]: item };
  localStorage.setItem(STORE, JSON.stringify(items));
}

function forget(address, item) {
  const items = unsent();
  if (items[address]?.sequence !== item.sequence) return;
  delete items[address];
  localStorage.setItem(STORE, JSON.stringify(items));
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
  // Signed out: it goes on waiting until the person is back.
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
  remember(form.dataset.save, item);
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
    for (const [address, item] of Object.entries(unsent())) said = (await send(address, item)).status;
    retryAfter = RETRY;
    if (said) tell(said);
  } catch {
    tell("");
    again();
  }
}

function again() {
  clearTimeout(retryTimer);
  retryTimer = setTimeout(flush, retryAfter);
  retryAfter = Math.min(retryAfter * 2, RETRY_MOST);
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
  latest += 1;
  request?.abort();
  // The form itself carries the answer.
  forget(form.dataset.save, unsent()[form.dataset.save] || {});
});

if (token) {
  window.addEventListener("online", flush);
  if (Object.keys(unsent()).length) flush();
}

document.querySelector("[data-focus]")?.focus({ preventScroll: true });
