// The lines under the header stay true while one's long work runs: asked when the news (poll.js)
// name a job, and seldom without, in tabs that are seen. A line that ends gives way to a word on
// how it ended. Other scripts hear "madang:job-ended" with the job as detail.
(() => {
  const box = document.querySelector("[data-jobs]");
  if (!box) return;
  // Where poll.js runs it tells when to ask; asking besides is for news that went astray.
  const IS_TOLD = Boolean(document.getElementById("news"));
  const EVERY = IS_TOLD ? 60000 : 10000;
  const SHOWN = 15000; // a good end is read by then; a bad one stays until it is closed
  const news = box.querySelector("[data-job-news]");
  const part = (line, name) => line.querySelector(`[data-job-${name}]`);
  const lines = () => [...box.querySelectorAll("[data-job]")];
  let timer = 0;
  let isAsking = false;
  let asksAgain = false; // something happened while it asked

  function fill(line, job) {
    const bar = line.querySelector("progress");
    // An answer that was overtaken on its way must not turn the bar back.
    const percent = Math.max(bar.value, job.progress);
    bar.value = percent;
    bar.setAttribute("aria-label", job.label);
    part(line, "label").textContent = job.label;
    part(line, "text").textContent = job.text;
    part(line, "percent").textContent = `${percent}%`;
  }

  function add(job) {
    const line = box.querySelector("template[data-job-line]").content.firstElementChild.cloneNode(true);
    line.id = `job-${job.id}`;
    line.dataset.job = job.id;
    box.insertBefore(line, news);
    return line;
  }

  function end(line, job) {
    const held = line.contains(document.activeElement);
    const notice = box.querySelector("template[data-job-notice]").content.firstElementChild.cloneNode(true);
    if (job.state === "failed") notice.classList.add("notice--error");
    part(notice, "notice-text").textContent = job.notice;
    part(notice, "notice-link").href = job.url;
    line.remove();
    news.append(notice);
    if (held) part(notice, "notice-link").focus();
    if (job.state !== "failed") setTimeout(() => leave(notice), SHOWN);
    document.dispatchEvent(new CustomEvent("madang:job-ended", { detail: job }));
  }

  function leave(notice) {
    // Not under somebody's hands.
    if (notice.matches(":hover, :focus-within")) return setTimeout(() => leave(notice), SHOWN);
    notice.remove();
    tidy();
  }

  function tidy() {
    if (!lines().length) clearInterval(timer);
    if (!lines().length && !news.children.length) box.remove();
  }

  async function ask() {
    if (document.hidden || !lines().length) return;
    if (isAsking) {
      asksAgain = true;
      return;
    }
    isAsking = true;
    try {
      const ids = lines().map((line) => line.dataset.job).join();
      const answer = await fetch(`${box.dataset.jobs}?ids=${ids}`, {
        cache: "no-cache", // asked with If-None-Match: mostly 304
        credentials: "same-origin",
        headers: { Accept: "application/json" },
      });
      if (answer.status === 401 || answer.status === 404) return clearInterval(timer);
      if (!answer.ok) return; // the next time
      for (const job of (await answer.json()).jobs) {
        const line = document.getElementById(`job-${job.id}`);
        if (job.notice) {
          if (line) end(line, job);
        } else fill(line || add(job), job);
      }
      tidy();
    } catch {
      // No connection: the next time.
    } finally {
      isAsking = false;
      if (asksAgain) {
        asksAgain = false;
        ask();
      }
    }
  }

  timer = setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask); // what was told to a tab put away
  document.addEventListener("madang:reset", ask);
  document.addEventListener("madang:event", ({ detail }) => detail.name === "job" && ask());
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) setTimeout(tidy); // notices.js takes it away
  });
})();
