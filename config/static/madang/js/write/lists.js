// Enter goes on with the list that the caret is in; in an empty item it ends the list. A line break
// that ends a syllable comes after the composition, so this listens to the break and not to the key.
(() => {
  const editor = window.madangEditor;
  if (!editor) return;
  const { source } = editor;
  const ITEM = /^(\s*(?:> ?)*)([-*+]|(\d{1,9})([.)]))( +)(\[[ xX]\] +)?/;
  const FENCE = /^ {0,3}(?:```|~~~)/gm;
  let isPlain = false;

  source.addEventListener("keydown", (event) => {
    if (event.key === "Enter") isPlain = event.shiftKey;
  });
  source.addEventListener("beforeinput", (event) => {
    if (event.inputType !== "insertLineBreak" || event.defaultPrevented) return;
    if (isPlain || editor.isComposing(event) || source.selectionStart !== source.selectionEnd) return;
    const caret = source.selectionStart;
    const start = source.value.lastIndexOf("\n", caret - 1) + 1;
    const end = `${source.value}\n`.indexOf("\n", caret);
    const line = source.value.slice(start, end);
    const [marker, lead, sign, number, dot, gap, box] = line.match(ITEM) ?? [];
    if (!marker || caret - start < marker.length) return;
    if ((source.value.slice(0, start).match(FENCE) ?? []).length % 2) return; // code
    event.preventDefault();
    if (!line.slice(marker.length).trim()) return void editor.replace(start, end, lead.trimEnd() && lead);
    const next = number ? `${Number(number) + 1}${dot}` : sign;
    editor.replace(caret, caret, `\n${lead}${next}${gap}${box ? "[ ] " : ""}`);
  });
})();
