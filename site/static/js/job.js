// A long job: fetches its progress after 2 s, then ever more rarely up to 10 s; stops when the job ends.
// <div data-job-poll="/jobs/47/progress/"> holds components/job_progress.html, which the address answers with.

const FIRST = 2000;
const LONGEST = 10000;
const GROWTH = 1.3;

function follow(holder) {
  const ended = () => ["done", "failed"].includes(holder.querySelector("[data-job-state]")?.dataset.jobState);
  let wait = FIRST;

  async function look() {
    if (document.hidden) {
      setTimeout(look, wait);
      return;
    }
    try {
      const answer = await fetch(holder.dataset.jobPoll, { headers: { "X-Progress": "1" } });
      if (answer.ok && !answer.redirected) holder.innerHTML = await answer.text();
    } catch {
      // The network is away for a moment; the next look will tell.
    }
    if (ended()) {
      location.reload();
      return;
    }
    wait = Math.min(wait * GROWTH, LONGEST);
    setTimeout(look, wait);
  }

  if (!ended()) setTimeout(look, wait);
}

document.querySelectorAll("[data-job-poll]").forEach(follow);
