// News from the site while a tab is seen: asked for every 10 s, at once when it comes to the front.
// Of several tabs that are seen one asks and tells the others. Other scripts hear "madang:event"
// with {name, data}, and "madang:reset" when what came in between is not known.
(() => {
  const box = document.getElementById("news");
  if (!box) return;
  const EVERY = 10000;
  const LONGEST = 300000; // between two questions while none is answered
  const PATIENCE = 30000;
  const AT_MOST = 100; // events in one answer: there may be more
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("madang-news") : null;
  let cursor = box.dataset.cursor;
  let tag = "";
  let failures = 0;
  let isAsking = false;
  let isOver = false;
  let timer = 0;
  let candidacy = null; // of this tab for the lead
  let leading = null; // the candidacy that won, while it holds

  function take(news) {
    cursor = news.cursor;
    if (news.reset) document.dispatchEvent(new CustomEvent("madang:reset"));
    for (const detail of news.events) document.dispatchEvent(new CustomEvent("madang:event", { detail }));
  }

  async function ask() {
    if (isOver || isAsking || document.hidden) return;
    clearTimeout(timer);
    isAsking = true;
    const since = cursor;
    let isMore = false;
    try {
      const answer = await fetch(`${box.dataset.poll}?since=${encodeURIComponent(since)}`, {
        credentials: "same-origin",
        cache: "no-store",
        headers: tag ? { Accept: "application/json", "If-None-Match": tag } : { Accept: "application/json" },
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.status === 401) return stop();
      if (answer.status !== 304 && !answer.ok) throw new Error(answer.status);
      const news = answer.status === 304 ? { events: [], cursor: since, reset: false } : await answer.json();
      failures = 0;
      tag = answer.headers.get("ETag") ?? tag;
      isMore = news.events.length >= AT_MOST;
      take(news);
      channel?.postMessage({ since, ...news });
    } catch {
      failures += 1; // no connection, or the site is down: less and less often
    } finally {
      isAsking = false;
      plan(isMore ? 0 : Math.min(EVERY * 2 ** failures, LONGEST));
    }
  }

  function plan(pause) {
    clearTimeout(timer);
    if (!isOver && leading && !document.hidden) timer = setTimeout(ask, pause);
  }

  function stop() {
    isOver = true;
    clearTimeout(timer);
    candidacy?.abort();
    channel?.close();
  }

  // Whoever holds the lock asks for all; a tab that is put away lets it go.
  function lead() {
    if (isOver || candidacy) return;
    const mine = (candidacy = new AbortController());
    const hold = () => {
      if (mine.signal.aborted) return;
      leading = mine;
      plan(EVERY);
      return new Promise((resolve) => mine.signal.addEventListener("abort", resolve));
    };
    if (navigator.locks) navigator.locks.request("madang-news", { signal: mine.signal }, hold).catch(() => {});
    else hold();
  }

  function look() {
    clearTimeout(timer);
    if (document.hidden) {
      candidacy?.abort();
      candidacy = leading = null;
      return;
    }
    lead();
    ask();
  }

  // What another tab heard is ours only if it began where we stand; else we ask ourselves.
  channel?.addEventListener("message", ({ data }) => {
    if (isOver || data.cursor === cursor) return;
    if (data.since === cursor) take(data);
    else ask();
  });
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", (event) => event.persisted && look());
  if (!document.hidden) lead(); // the page itself is fresh
})();
