// Keeps relative times true: the server's rule (config/clock.py) in the reader's browser.
(() => {
  const root = document.documentElement;
  const language = root.lang || "ko";
  const zone = root.dataset.timeZone || undefined;
  const MINUTE = 60, HOUR = 3600, DAY = 86400, WEEK = 7;
  const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const count = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  let day;
  try {
    day = new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" });
  } catch {
    return; // a zone this browser does not know: the server's text stays
  }
  const dayNumber = (moment) => Math.round(Date.parse(`${day.format(moment)}T00:00Z`) / 1000 / DAY);

  function text(moment, now) {
    const seconds = Math.floor((now - moment) / 1000);
    if (seconds <= -MINUTE) return "";
    if (seconds < MINUTE) return document.getElementById("words")?.dataset.now ?? "";
    if (seconds < HOUR) return count.format(-Math.floor(seconds / MINUTE), "minute");
    if (seconds < DAY) return count.format(-Math.floor(seconds / HOUR), "hour");
    const days = dayNumber(now) - dayNumber(moment);
    if (days === 1) return ago.format(-1, "day");
    return days < WEEK ? count.format(-days, "day") : "";
  }

  function refresh(scope = document) {
    const now = new Date();
    for (const element of scope.querySelectorAll("time[data-relative]")) {
      const words = text(new Date(element.dateTime), now);
      if (words && words !== element.textContent) element.textContent = words;
    }
  }

  refresh();
  setInterval(() => document.hidden || refresh(), 30000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  document.addEventListener("madang:inserted", (event) => refresh(event.target));
  document.addEventListener("htmx:afterSwap", (event) => refresh(event.target));
})();
