// <details data-menu> works by itself; this closes it by Escape, by a click elsewhere, and when
// the focus leaves it. A row of places that is wider than a phone starts at the present one.
(() => {
  const open = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  for (const row of document.querySelectorAll("[data-row]")) {
    const present = row.querySelector("[aria-current]");
    if (!present) continue;
    const middle = present.offsetLeft - row.offsetLeft + present.offsetWidth / 2;
    row.scrollLeft = middle - row.clientWidth / 2;
  }
})();
