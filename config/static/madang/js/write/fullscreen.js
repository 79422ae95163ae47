// The sheet alone on the screen. Escape leaves; what lies around cannot be reached meanwhile.
(() => {
  const editor = window.madangEditor;
  const toggle = editor?.form.querySelector("[data-full-toggle]");
  if (!toggle) return;
  const { form, source } = editor;
  let outside = [];

  function set(isFull) {
    for (const element of outside) element.inert = false;
    outside = [];
    form.classList.toggle("editor--full", isFull);
    document.documentElement.classList.toggle("is-writing", isFull);
    toggle.setAttribute("aria-pressed", String(isFull));
    if (isFull) {
      const around = [...document.body.children].filter((element) => !element.contains(form));
      outside = around.filter((element) => !element.inert && !element.matches("dialog, template, script"));
      for (const element of outside) element.inert = true;
    }
    dispatchEvent(new Event("resize"));
    source.focus({ preventScroll: true });
  }

  toggle.addEventListener("click", (event) => {
    if (!editor.isComposing(event)) set(!form.classList.contains("editor--full"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || editor.isComposing(event)) return;
    if (!form.classList.contains("editor--full") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    set(false);
  });
})();
