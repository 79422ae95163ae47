// The moderation desk by keyboard, and small comforts: all of it works without this script.
// j k next and previous, h hold, d nothing wrong, u undo, ? the list of keys; none while somebody
// types or composes, or with Ctrl, Alt or Meta. The place of the key counts: ㅓ is j.
(() => {
  const help = document.getElementById("desk-keys");
  const decide = document.querySelector("[data-desk-decide]");
  const items = () => [...document.querySelectorAll("[data-item]")];

  function walk(step) {
    const all = items();
    if (!all.length) return;
    const now = all.findIndex((item) => item.contains(document.activeElement));
    const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + step))];
    next.querySelector("[data-item-link]")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
  }

  // A decision that needs a reason goes to the first field that lacks one, and waits for Ctrl+Enter.
  function press(button) {
    const { category, text, wording } = decide.elements;
    const isTold = button.value !== "dismiss";
    const missing = !category.value ? category : !text.value.trim() && !wording.value ? text : null;
    if (!isTold || !missing) return button.click();
    for (const other of decide.querySelectorAll("[data-armed]")) delete other.dataset.armed;
    button.dataset.armed = "1";
    missing.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    const place = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && decide?.contains(place)) {
      const armed = decide.querySelector("[data-armed]") || decide.querySelector("[value=hold]");
      if (armed) {
        event.preventDefault();
        armed.click();
      }
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (place.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]")) return;
    const isLetter = event.key.length === 1 && /^Key[A-Z]$/.test(event.code);
    const key = isLetter ? event.code[3].toLowerCase() : event.key;
    if (key === "?" && help?.showModal) {
      event.preventDefault();
      help.showModal();
      return;
    }
    if (event.shiftKey) return;
    const named = { j: "j", k: "k", h: "h", d: "d" }[key];
    const target = named && document.querySelector(`[data-desk-key="${named}"]`);
    if (target) {
      event.preventDefault();
      if (decide?.contains(target)) press(target);
      else target.click();
    } else if (key === "j" || key === "k") {
      event.preventDefault();
      walk(key === "j" ? 1 : -1);
    } else if (key === "u") {
      const undo = document.querySelector("[data-desk-undo]");
      if (undo) {
        event.preventDefault();
        undo.click();
      }
    }
  });

  // A suggested wording fills the field unless somebody has written in it themselves.
  const wording = document.querySelector("[data-desk-wording]");
  if (wording) {
    const { text, category } = wording.form.elements;
    let filled = "";
    wording.addEventListener("change", () => {
      const chosen = wording.selectedOptions[0];
      if (text.value.trim() && text.value !== filled) return;
      filled = wording.value ? chosen.text : "";
      text.value = filled;
      if (wording.value && !category.value) category.value = chosen.dataset.category;
    });
    const sort = () => {
      for (const one of wording.options) {
        one.hidden = Boolean(category.value && one.value && one.dataset.category !== category.value);
      }
    };
    category.addEventListener("change", sort);
    sort();
  }

  // The last day is asked for only where one is chosen.
  const lastDay = document.querySelector("[data-desk-last-day]");
  if (lastDay) {
    const lasts = lastDay.parentElement.querySelector("select");
    const show = () => (lastDay.hidden = lasts.value !== "date");
    lasts.addEventListener("change", show);
    show();
  }

  const picks = [...document.querySelectorAll("[data-desk-pick]")];
  const all = document.querySelector("[data-desk-all]");
  if (all) {
    const box = all.querySelector("input");
    const chosen = document.querySelector("[data-desk-chosen]");
    const tell = () => {
      const number = picks.filter((pick) => pick.checked).length;
      chosen.textContent = number ? ` (${number})` : "";
      box.checked = number === picks.length;
      box.indeterminate = number > 0 && number < picks.length;
    };
    all.hidden = false;
    box.addEventListener("change", () => {
      for (const pick of picks) pick.checked = box.checked;
      tell();
    });
    for (const pick of picks) pick.addEventListener("change", tell);
    addEventListener("pageshow", tell);
  }

  for (const button of document.querySelectorAll("[data-desk-help]")) {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  }
  document.querySelector("[data-desk-problems]")?.focus();
})();
