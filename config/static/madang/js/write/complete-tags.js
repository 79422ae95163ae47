// The field of tags proposes tags that exist. Enter or a comma ends a tag; Enter never sends the form.
(() => {
  const editor = window.madangEditor;
  const field = editor?.form.querySelector("[data-tag-field]");
  if (!field || !editor.propose) return;

  const PAUSE = 120;
  const SEPARATOR = /[,，、\n]/;
  const { Combobox } = window.madangEditorParts;
  let list = null;
  let box = null;
  let timer;
  let isOnList = false;

  // The tag at the caret: {start, end, text}.
  function current() {
    const caret = field.selectionEnd;
    let start = caret;
    while (start > 0 && !SEPARATOR.test(field.value[start - 1])) start -= 1;
    while (field.value[start] === " ") start += 1;
    let end = caret;
    while (end < field.value.length && !SEPARATOR.test(field.value[end])) end += 1;
    return { start: Math.min(start, caret), end, text: field.value.slice(start, caret).trim() };
  }

  function close() {
    clearTimeout(timer);
    box?.destroy();
    list?.remove();
    box = list = null;
  }

  async function look() {
    const { text } = current();
    if (!text) return close();
    const results = await editor.propose("tag", text.normalize("NFC"));
    if (text !== current().text || document.activeElement !== field) return;
    const used = new Set(field.value.split(SEPARATOR).map((name) => name.trim().toLowerCase()));
    used.delete(text.toLowerCase());
    const left = results.filter((result) => !used.has(result.value.toLowerCase()));
    close();
    if (!left.length) return;
    list = editor.listOf(left);
    list.classList.add("proposals--below");
    field.after(list);
    box = new Combobox(field, list);
    box.start();
    list.addEventListener("combobox-commit", take);
    list.addEventListener("mousedown", () => (isOnList = true));
    editor.say(editor.fill(editor.words.sayProposals, { count: left.length }));
  }

  function put(start, end, text) {
    field.focus({ preventScroll: true });
    field.setSelectionRange(start, end);
    if (document.execCommand("insertText", false, text)) return;
    field.setRangeText(text, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function take(event) {
    if (editor.isComposing()) return;
    const { start, end } = current();
    const value = event.target.dataset.value;
    close();
    const rest = field.value.slice(end);
    put(start, end, rest.trim() ? value : `${value}, `);
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  field.addEventListener("blur", () => {
    if (isOnList) isOnList = false;
    else close();
  });
  field.addEventListener(
    "keydown",
    (event) => {
      if (editor.isComposing(event)) return void event.stopImmediatePropagation();
      if (event.key === "Escape" && list) {
        event.preventDefault();
        event.stopPropagation();
        close();
      }
    },
    true,
  );
  field.addEventListener("keydown", (event) => {
    if (editor.isComposing(event) || event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (list?.querySelector('[aria-selected="true"]')) return; // the list takes it
    const { text, end } = current();
    if (!text) return editor.source.focus();
    close();
    if (end === field.value.length) put(end, end, ", ");
  });

  // Enter in the title goes on to the text.
  editor.form.elements.title.addEventListener("keydown", (event) => {
    if (editor.isComposing(event) || event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    field.focus();
  });
})();
