// What is pasted becomes Markdown where that is plain: a link over a selection, links of a page,
// a table of a spreadsheet. Ctrl+Shift+V pastes it as it is.
(() => {
  const editor = window.madangEditor;
  const parts = window.madangEditorParts;
  if (!editor || !parts) return;
  const { source } = editor;
  let isPlain = false;

  source.addEventListener("keydown", (event) => {
    if (event.code === "KeyV" && (event.ctrlKey || event.metaKey)) isPlain = event.shiftKey;
  });
  source.addEventListener("paste", (event) => {
    if (editor.isComposing(event)) return void event.stopImmediatePropagation();
    const plain = isPlain;
    isPlain = false;
    const address = plain ? "" : addressOf(event.clipboardData);
    if (address) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const [start, end] = [source.selectionStart, source.selectionEnd];
      editor.replace(start, end, `[${source.value.slice(start, end)}](${address})`);
      return;
    }
    const table = plain ? "" : tableOf(event.clipboardData);
    if (!table) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    editor.insertBlock(table, { replaces: true });
  });
  parts.subscribe(source);
  parts.uninstallTable(source); // it keeps the markup around the table
  parts.uninstallImageLink(source); // an address of a picture elsewhere stays an address

  // The web address that was copied, if it goes over some words of one line; "" otherwise. The
  // library knows only addresses that URL writes as they are, so none with 한글 in them.
  function addressOf(transfer) {
    const text = (transfer?.getData("text/plain") ?? "").trim();
    const chosen = source.value.slice(source.selectionStart, source.selectionEnd);
    if (!chosen.trim() || chosen.includes("\n") || /^https?:/i.test(chosen.trim())) return "";
    if (!isAddress(text)) return "";
    // Within the brackets of an address, or of a link's words, an address is only an address.
    if (/\]\($/.test(source.value.slice(0, source.selectionStart))) return "";
    return text.replace(/[()]/g, (sign) => (sign === "(" ? "%28" : "%29"));
  }

  function isAddress(text) {
    return /^https?:\/\/\S+$/i.test(text) && /[^\x21-\x7e]/.test(text) && URL.canParse?.(text) !== false;
  }

  // The one table that was copied, as Markdown; "" if there is more than a table.
  function tableOf(transfer) {
    const html = transfer?.getData("text/html") ?? "";
    if (!/<table/i.test(html)) return "";
    const page = new DOMParser().parseFromString(html, "text/html");
    const table = page.querySelector("table");
    const rows = [...(table?.rows ?? [])].map((row) => [...row.cells].map(cell));
    const width = Math.max(0, ...rows.map((cells) => cells.length));
    if (rows.length < 2 || width < 2 || table.querySelector("table")) return "";
    for (const extra of page.querySelectorAll("style, script, title, meta")) extra.remove();
    table.remove();
    if (page.body.textContent.trim()) return "";
    const line = (cells) => `| ${Array.from({ length: width }, (_, at) => cells[at] ?? "").join(" | ")} |`;
    const rule = line(Array.from({ length: width }, () => "---"));
    return [line(rows[0]), rule, ...rows.slice(1).map(line)].join("\n");
  }

  const cell = (element) =>
    element.textContent.replace(/\s+/g, " ").trim().replace(/\\/g, "\\\\").replace(/\|/g, "\\|");
})();
