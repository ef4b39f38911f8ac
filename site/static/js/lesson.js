// The player of a micro-lesson, from one position in every mode: an uploaded video or recording where there is one, else
// the script as timed captions, or spoken by the device sentence by sentence, the one now spoken marked in the text.
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
  const text = part.querySelector("p");
  if (!text) return [];
  const name = part.querySelector("b").textContent;
  const start = Number(part.dataset.start);
  const each = (Number(part.dataset.end) - start) / Math.max(1, text.textContent.length);
  const sentences = (text.textContent.match(/[^。！？]+[。！？]*[”’）]*/g) || []).map((words) => ({ node: new Text(words) }));
  const pieces = [];
  let read = 0;
  text.replaceChildren(...sentences.map((sentence) => sentence.node));
  for (const sentence of sentences) {
    let line = "";
    const cut = () => {
      read += line.length;
      sentence.until = start + read * each;
      pieces.push({ line, sentence, until: sentence.until, name });
      line = "";
    };
    for (const piece of sentence.node.data.match(/[^；，：]+[；，：]?[”’）]?/g) || []) {
      if (line && line.length + piece.length > LONGEST_CAPTION) cut();
      line += piece;
    }
    cut();
  }
  return pieces;
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
  const media = player.querySelector("[data-media]");
  const cues = media?.textTracks[0];
  const mark = document.createElement("mark");
  const speaks = mode === "listen" && !media;
  const icons = { play: button.innerHTML, pause: button.innerHTML.replace("#i-play", "#i-pause") };
  const dockWords = dock?.textContent;
  let at = completed ? 0 : Number(lesson.dataset.position);
  let reported = Math.floor(at);
  let before = 0;
  let timer = 0;
  let shown = null;
  let spoken = null;
  let speaking = false;

  function show() {
    const now = captions.find((each) => at < each.until) || captions[captions.length - 1];
    track.value = at;
    clock.textContent = `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, "0")}`;
    if (cues) caption.replaceChildren(...Array.from(cues.activeCues || [], (cue) => cue.getCueAsHTML()));
    if (!now || now === shown) return;
    shown = now;
    part.textContent = now.name;
    if (!media) caption.textContent = now.line;
    if (timer && speaks && now.sentence !== spoken) speak(now.sentence);
  }

  function speak(sentence) {
    const words = new SpeechSynthesisUtterance(sentence.node.data);
    words.voice = chinese();
    words.lang = "zh-CN";
    words.onend = words.onerror = () => { if (spoken === sentence) speaking = false; };
    spoken = sentence;
    speaking = true;
    mark.replaceWith(...mark.childNodes);
    sentence.node.replaceWith(mark);
    mark.append(sentence.node);
    mark.scrollIntoView({ block: "nearest" });
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
    if (media) {
      at = media.ended ? end : Math.min(media.currentTime, end);
    } else {
      // The voice may need longer than its time: the lesson waits for it.
      at = Math.min(at + (now - before) / 1000, speaking ? spoken.until - 0.001 : end);
    }
    before = now;
    show();
    if (at - reported >= REPORT) report();
    if (at >= end && (!media || media.ended || !decided)) halt();
  }

  function halt() {
    clearInterval(timer);
    timer = 0;
    media?.pause();
    voice?.cancel();
    speaking = false;
    button.innerHTML = icons.play;
    button.setAttribute("aria-label", "播放");
    if (dock) dock.textContent = dockWords;
    if (at >= end && !decided) ask();
    return report();
  }

  function go(second) {
    report();
    at = second;
    reported = Math.floor(second);
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
    if (speaks && !chinese()) {
      status.textContent = "这台设备没有中文语音，请用“看”或“读文字”，内容一样。";
      return;
    }
    before = performance.now();
    timer = setInterval(tick, TICK);
    button.innerHTML = icons.pause;
    button.setAttribute("aria-label", "暂停");
    if (dock) dock.textContent = "暂停";
    shown = spoken = null;
    if (media) {
      media.currentTime = at;
      media.play().catch(halt);
    }
    show();
  }

  function jump(event) {
    const mode = timer && event.target.closest(".modes a");
    if (mode) {
      event.preventDefault();
      halt().then(() => location.assign(mode.href));
    }
    const link = event.target.closest(".parts a");
    const target = link?.closest("[data-start]");
    if (!target) return;
    const second = Number(target.dataset.start);
    if (second > end) return;
    event.preventDefault();
    go(second);
    if (media) media.currentTime = at;
    shown = spoken = null;
    speaking = false;
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
  // A recording goes on in the pocket; what is to be watched does not.
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer && !(media && mode === "listen")) halt(); });
  if (media) {
    if (cues) cues.mode = "hidden";
    media.currentTime = at;
    // Sought from outside, by a key or a lock screen: what was passed over is not reported.
    media.addEventListener("seeking", () => { if (Math.abs(media.currentTime - at) > 1) go(media.currentTime); });
    media.addEventListener("pause", () => { if (timer) tick(); if (timer) halt(); });
    media.addEventListener("error", () => { status.textContent = "放不出来，请刷新再试，或用“读文字”，内容一样。"; });
  }
  show();
}

offerListening();
voice?.addEventListener?.("voiceschanged", offerListening);
if (player) play();
