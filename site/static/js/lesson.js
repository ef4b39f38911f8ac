// The player of a micro-lesson: shows the script as timed captions, or speaks it, from one position.
// It stops at the choice. What was played is reported every 15 seconds; the server credits what its own clock bears out.

const lesson = document.querySelector("[data-lesson]");
const player = document.querySelector("[data-player]");
const voice = window.speechSynthesis;
const REPORT = 15;
const TICK = 250;
const LONGEST_CAPTION = 26;

function chinese() {
  return voice ? voice.getVoices().find((each) => each.lang.toLowerCase().startsWith("zh")) : undefined;
}

function offerListening() {
  const link = document.querySelector("[data-listen]");
  if (link && chinese()) link.hidden = false;
}

function captionsOf(part) {
  const text = part.querySelector("p")?.textContent || "";
  const pieces = [];
  for (const sentence of text.match(/[^。！？]+[。！？]?[”’）]?/g) || []) {
    let line = "";
    for (const piece of sentence.match(/[^；，：]+[；，：]?[”’）]?/g)) {
      if (line && line.length + piece.length > LONGEST_CAPTION) {
        pieces.push(line);
        line = "";
      }
      line += piece;
    }
    pieces.push(line);
  }
  const start = Number(part.dataset.start);
  const each = (Number(part.dataset.end) - start) / Math.max(1, text.length);
  let read = 0;
  return pieces.map((line) => {
    const at = start + read * each;
    read += line.length;
    return { line, at, until: start + read * each, name: part.querySelector("b").textContent };
  });
}

function play() {
  const { duration, stop, mode, progress } = lesson.dataset;
  const decided = "decided" in lesson.dataset;
  const completed = "completed" in lesson.dataset;
  const end = decided ? Number(duration) : Number(stop);
  const captions = [...lesson.querySelectorAll("[data-start]")].flatMap(captionsOf);
  const part = player.querySelector("[data-part]");
  const caption = player.querySelector("[data-caption]");
  const track = player.querySelector("[data-track]");
  const clock = player.querySelector("[data-clock]");
  const button = player.querySelector("[data-play]");
  const dock = document.querySelector("[data-play-dock]");
  const choose = document.querySelector("[data-choose]");
  const choice = document.querySelector("[data-choice]");
  const status = document.querySelector("[data-status]");
  const icons = { play: button.innerHTML, pause: button.innerHTML.replace("#i-play", "#i-pause") };
  const dockWords = dock?.textContent;
  let at = completed ? 0 : Number(lesson.dataset.position);
  let reported = Math.floor(at);
  let before = 0;
  let timer = 0;
  let shown = null;
  let speaking = false;

  function show() {
    const now = captions.find((each) => at < each.until) || captions[captions.length - 1];
    track.value = at;
    clock.textContent = `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, "0")}`;
    if (!now || now === shown) return;
    shown = now;
    part.textContent = now.name;
    caption.textContent = now.line;
    if (timer) speak(now.line);
  }

  function speak(line) {
    if (mode !== "listen" || !chinese()) return;
    const words = new SpeechSynthesisUtterance(line);
    words.voice = chinese();
    words.lang = "zh-CN";
    words.onend = words.onerror = () => { speaking = false; };
    speaking = true;
    voice.speak(words);
  }

  async function report() {
    const until = Math.floor(at);
    if (completed || until <= reported) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("mode", mode);
    body.set("start", reported);
    body.set("end", until);
    reported = until;
    try {
      const answer = await fetch(progress, { method: "POST", body, keepalive: true });
      if (answer.redirected) throw new Error("signed out");
      const kept = await answer.json();
      status.textContent = kept.status;
      if (kept.completed) location.reload();
    } catch {
      status.textContent = "进度没有存上：网络断了，联网后从这里接着看。";
    }
  }

  function tick() {
    const now = performance.now();
    // The voice may need longer than the caption: the lesson waits for it.
    const waits = speaking && shown && at + TICK / 1000 >= shown.until;
    if (!waits) at = Math.min(at + (now - before) / 1000, end);
    before = now;
    show();
    if (at - reported >= REPORT) report();
    if (at >= end) halt();
  }

  function halt() {
    clearInterval(timer);
    timer = 0;
    voice?.cancel();
    speaking = false;
    button.innerHTML = icons.play;
    button.setAttribute("aria-label", "播放");
    if (dock) dock.textContent = dockWords;
    report();
    if (at >= end && !decided) ask();
  }

  function ask() {
    choice.hidden = false;
    if (choose) choose.hidden = false;
    if (dock) dock.hidden = true;
    choice.focus({ preventScroll: true });
    choice.scrollIntoView({ block: "nearest" });
  }

  function toggle() {
    if (timer) {
      halt();
      return;
    }
    if (at >= end) {
      if (!decided) {
        ask();
        return;
      }
      at = 0;
      reported = 0;
    }
    before = performance.now();
    timer = setInterval(tick, TICK);
    button.innerHTML = icons.pause;
    button.setAttribute("aria-label", "暂停");
    if (dock) dock.textContent = "暂停";
    shown = null;
    show();
  }

  function jump(event) {
    const link = event.target.closest(".parts a");
    const target = link?.closest("[data-start]");
    if (!target) return;
    const second = Number(target.dataset.start);
    if (second > end) return;
    event.preventDefault();
    report();
    at = second;
    reported = second;
    shown = null;
    voice?.cancel();
    show();
  }

  player.hidden = false;
  if (dock && at < end) dock.hidden = false;
  if (!decided && at < end) {
    choice.hidden = true;
    if (choose) choose.hidden = true;
  }
  button.addEventListener("click", toggle);
  dock?.addEventListener("click", toggle);
  lesson.addEventListener("click", jump);
  window.addEventListener("pagehide", () => { if (timer) halt(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer) halt(); });
  show();
}

offerListening();
voice?.addEventListener?.("voiceschanged", offerListening);
if (player) play();
