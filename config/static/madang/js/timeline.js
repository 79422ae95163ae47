// Says when something new came to the timeline: asked once a minute, in tabs that are seen. The
// button lies above the list, so nothing moves until it is pressed.
(() => {
  const slot = document.querySelector("[data-timeline-news]");
  if (!slot) return;
  const EVERY = 60000;
  const list = () => document.getElementById("timeline");
  let timer = 0;
  let asked = Date.now();
  let isAsking = false;

  async function ask() {
    if (document.hidden || isAsking || Date.now() - asked < EVERY - 1000) return;
    isAsking = true;
    asked = Date.now();
    const since = list().dataset.since;
    try {
      const answer = await fetch(`${slot.dataset.timelineNews}?since=${encodeURIComponent(since)}`, {
        credentials: "same-origin",
        headers: { "X-Requested-With": "fetch" },
      });
      if (answer.status === 401) return stop(); // signed out elsewhere
      // The list may have been fetched anew in the meantime.
      if (answer.status !== 200 || since !== list().dataset.since) return;
      show(await answer.text());
    } catch {
      // No connection: the next time.
    } finally {
      isAsking = false;
    }
  }

  function show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    const held = slot.firstElementChild;
    // The same words are not said twice, and a button is not taken from under a finger.
    if (!fresh || held?.textContent === fresh.textContent) return;
    if (held?.contains(document.activeElement)) held.replaceChildren(...fresh.childNodes);
    else {
      slot.replaceChildren(fresh);
      window.htmx?.process(fresh);
    }
  }

  function stop() {
    clearInterval(timer);
  }

  timer = setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "timeline") return;
    slot.replaceChildren();
    list().focus({ preventScroll: true });
  });
})();
