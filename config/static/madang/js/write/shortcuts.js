// Shortcuts of the write page: [data-shortcut="Shift+KeyX"] is pressed with Ctrl, or ⌘ on a Mac.
// The place of the key counts, so they work while the Korean layout is on. None while composing.
(() => {
  const editor = window.madangEditor;
  if (!editor) return;
  const { form, source } = editor;
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  const dialog = document.getElementById("editor-keys");

  const buttons = new Map();
  for (const button of form.querySelectorAll("[data-shortcut]")) {
    buttons.set(button.dataset.shortcut, button);
    const shown = button.dataset.shortcut.replace("Key", "").replace("Digit", "").replace("Slash", "/").replace("Period", ".");
    button.setAttribute("aria-keyshortcuts", `${isMac ? "Meta" : "Control"}+${shown}`);
    button.title += isMac ? ` (⌘${shown.replace("Shift+", "⇧")})` : ` (Ctrl+${shown})`;
  }
  for (const key of isMac ? document.querySelectorAll("[data-control]") : []) key.textContent = "⌘";

  function toPublishing() {
    const details = form.querySelector("details#details"); // a heading of the preview may have that id
    if (details) details.open = true;
    const button = form.querySelector("button[name=intent][value=publish]");
    const first = details?.querySelector("select, input:not([type=hidden]), textarea") ?? button;
    if (form.classList.contains("editor--full")) form.querySelector("[data-full-toggle]").click();
    (details ?? button)?.scrollIntoView({ block: "start" });
    first?.focus({ preventScroll: true });
  }

  document.addEventListener("keydown", (event) => {
    if (editor.isComposing(event) || event.defaultPrevented || event.altKey) return;
    if (!(isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey)) return;
    if (document.querySelector("dialog[open]")) return;
    const inForm = form.contains(event.target);
    if (!inForm && event.target !== document.body) return;
    const chord = (event.shiftKey ? "Shift+" : "") + event.code;
    if (chord === "KeyS") {
      event.preventDefault();
      form.dispatchEvent(new CustomEvent("madang:save", { bubbles: true }));
    } else if (chord === "Enter" || chord === "NumpadEnter") {
      event.preventDefault();
      toPublishing();
    } else if (buttons.has(chord)) {
      const button = buttons.get(chord);
      // A second Ctrl+F, in the field of the search, is the browser's own.
      if (chord === "KeyF" && event.target.closest?.("[data-find]")) return;
      if (!("anywhere" in button.dataset) && event.target !== source) return;
      event.preventDefault();
      if (chord === "KeyF" && button.getAttribute("aria-pressed") === "true") editor.form.querySelector("[data-find-what]").select();
      else button.click();
    }
  });

  form.querySelector("[data-keys-open]")?.addEventListener("click", (event) => {
    if (!editor.isComposing(event)) dialog?.showModal();
  });
  dialog?.addEventListener("close", () => source.focus({ preventScroll: true }));
})();
