// The formatting buttons: arrow keys walk through them, none acts while a syllable is composed.
// <markdown-toolbar> does the marks; the table is ours.
(() => {
  const editor = window.madangEditor;
  const toolbar = editor?.form.querySelector("[data-toolbar]");
  if (!toolbar) return;
  const buttons = [...toolbar.querySelectorAll("button")];

  for (const type of ["click", "keydown"]) {
    toolbar.addEventListener(
      type,
      (event) => {
        if (!editor.isComposing(event)) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      },
      true,
    );
  }

  const enter = (button) => {
    for (const other of buttons) other.tabIndex = other === button ? 0 : -1;
  };
  enter(buttons[0]);
  toolbar.addEventListener("focusin", (event) => {
    if (buttons.includes(event.target)) enter(event.target);
  });
  toolbar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(event.target);
    const last = buttons.length - 1;
    const places = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at ? at - 1 : last, Home: 0, End: last };
    if (at < 0 || !(event.key in places)) return;
    event.preventDefault();
    buttons[places[event.key]].focus();
  });

  toolbar.querySelector("[data-insert=table]")?.addEventListener("click", (event) => {
    const names = event.currentTarget.dataset.columns.split("|").map((name) => name.trim());
    const row = (cells) => `| ${cells.join(" | ")} |`;
    const table = [row(names), row(names.map(() => "---")), row(names.map(() => "   "))].join("\n");
    editor.insertBlock(table, { first: 2, last: 2 + names[0].length });
  });
})();
