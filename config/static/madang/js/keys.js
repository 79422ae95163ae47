// Shortcuts: [data-key="g h"] follows a link, [data-key-focus="/"] focuses, j and k walk through a
// list, ? shows the help. None while typing, composing, or with Ctrl, Alt or Meta.
(() => {
  const PAUSE = 1000;
  let before = "";
  let timer;
  const items = () => [...document.querySelectorAll("[data-item]")];

  function walk(step) {
    const all = items();
    if (!all.length) return;
    const now = all.findIndex((item) => item.contains(document.activeElement));
    const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + step))];
    (next.querySelector("[data-item-link]") || next.querySelector("a"))?.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const place = event.target;
    if (place.closest?.("input, textarea, select, [contenteditable], dialog[open]")) return;
    // The place of the key counts, so that it works while the Korean layout is on (ㅓ is j).
    const key = event.key.length === 1 && /^Key[A-Z]$/.test(event.code) ? event.code[3].toLowerCase() : event.key;
    const help = document.getElementById("keys");
    if (key === "?" && help?.showModal) {
      event.preventDefault();
      help.showModal();
      return;
    }
    if (!before && (key === "j" || key === "k")) return walk(key === "j" ? 1 : -1);
    const chord = before ? `${before} ${key}` : key;
    before = "";
    clearTimeout(timer);
    const target = document.querySelector(`[data-key="${CSS.escape(chord)}"], [data-key-focus="${CSS.escape(chord)}"]`);
    if (target) {
      event.preventDefault();
      if (target.hasAttribute("data-key-focus")) target.focus();
      else target.click();
    } else if (key === "g") {
      before = "g";
      timer = setTimeout(() => (before = ""), PAUSE);
    }
  });
})();
