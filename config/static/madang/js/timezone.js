// Tells the server the reader's time zone once, so that its own text is right from then on.
(() => {
  const root = document.documentElement;
  const address = document.getElementById("words")?.dataset.timeZoneUrl;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!address || !zone || zone === root.dataset.timeZone) return;
  if (/(^|; )madang_time_zone=/.test(document.cookie)) return;
  try {
    // Refused once (an account has its own zone): do not ask again in this visit.
    if (sessionStorage.getItem("madang:zone") === zone) return;
    sessionStorage.setItem("madang:zone", zone);
  } catch {
    return;
  }
  fetch(address, { method: "POST", body: new URLSearchParams({ time_zone: zone }), credentials: "same-origin" }).catch(() => {});
})();
