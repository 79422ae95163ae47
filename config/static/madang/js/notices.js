// Messages and announcements can be closed; a closed announcement stays closed in this browser.
// The summary of errors takes the focus.
(() => {
  const KEY = "madang:closed";
  let closed = [];
  try {
    closed = JSON.parse(localStorage.getItem(KEY)) || [];
  } catch {
    closed = [];
  }
  for (const banner of document.querySelectorAll("[data-announcement]")) {
    if (closed.includes(banner.dataset.announcement)) banner.remove();
  }
  for (const button of document.querySelectorAll("[data-close]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-close]");
    if (!button) return;
    const banner = button.closest("[data-announcement]");
    if (banner) {
      try {
        localStorage.setItem(KEY, JSON.stringify([...closed, banner.dataset.announcement].slice(-20)));
      } catch {
        // A browser that keeps nothing shows it again: no harm.
      }
    }
    const list = button.closest("[data-notices]");
    (banner || button.parentElement).remove();
    if (list && !list.querySelector("[data-close]")) list.remove();
  });
  document.querySelector("[data-focus]")?.focus();
})();
