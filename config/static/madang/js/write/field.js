// The text of the write page: the one place through which scripts change it, and the one that
// knows whether a syllable is being composed. Nothing is written while it is.
(() => {
  const form = document.querySelector("form[data-editor]");
  const source = form?.elements.source;
  if (!source) return;

  const LARGE = 200000; // characters; beyond it an undoable insertion takes seconds
  const waiting = [];
  let composes = false;

  document.addEventListener("compositionstart", () => (composes = true), true);
  // A field that lost the focus composes no more, whatever its browser says or forgets to say.
  for (const type of ["compositionend", "focusout"]) {
    document.addEventListener(
      type,
      () => {
        composes = false;
        setTimeout(() => {
          while (waiting.length && !composes) waiting.shift()();
        }, 0);
      },
      true,
    );
  }

  // Whether a syllable is under way: as we saw it, and as the event says.
  const isComposing = (event) => composes || Boolean(event?.isComposing) || event?.keyCode === 229;

  function whenRested(act) {
    if (composes) waiting.push(act);
    else act();
  }

  const tell = () => source.dispatchEvent(new Event("input", { bubbles: true }));

  // Replaces a part of the text so that Ctrl+Z brings it back; returns whether it did.
  function replace(start, end, text, selectionStart = start + text.length, selectionEnd = selectionStart) {
    if (composes) return false;
    const scrolled = source.scrollTop;
    const expected = source.value.slice(0, start) + text + source.value.slice(end);
    if (expected !== source.value) {
      source.focus({ preventScroll: true });
      source.setSelectionRange(start, end);
      if (text.length < LARGE) document.execCommand(text ? "insertText" : "delete", false, text);
      if (source.value !== expected) {
        source.value = expected;
        tell();
      }
    }
    source.setSelectionRange(selectionStart, selectionEnd);
    source.scrollTop = scrolled;
    return true;
  }

  function insert(text) {
    return replace(source.selectionStart, source.selectionEnd, text);
  }

  // Puts a block of its own after what is selected, or in its place; `first` and `last` are the
  // part of it that is selected then.
  function insertBlock(block, { replaces = false, first = block.length, last = first } = {}) {
    const start = replaces ? source.selectionStart : source.selectionEnd;
    const before = source.value.slice(0, start);
    const after = source.value.slice(source.selectionEnd);
    const lead = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    const tail = !after ? "\n" : after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
    const shift = start + lead.length;
    return replace(start, source.selectionEnd, lead + block + tail, shift + first, shift + last);
  }

  // Exchanges `before` for `after` wherever it stands now; caret, scroll and focus stay.
  function exchange(before, after) {
    if (composes) return false;
    const start = source.value.indexOf(before);
    if (start < 0) return false;
    const end = start + before.length;
    const moved = (place) => {
      if (place <= start) return place;
      return place >= end ? place + after.length - before.length : start + after.length;
    };
    const selection = [moved(source.selectionStart), moved(source.selectionEnd)];
    if (document.activeElement === source) return replace(start, end, after, ...selection);
    source.setRangeText(after, start, end, "preserve");
    tell();
    return true;
  }

  // Scrolls pane and page until the place is in sight; returns its rectangles.
  function reveal(start, end) {
    const range = new window.madangEditorParts.InputRange(source, start, end);
    let box = range.getBoundingClientRect();
    const frame = source.getBoundingClientRect();
    const finder = form.querySelector("[data-find]").getBoundingClientRect(); // empty while hidden
    const lid = (finder.width && finder.left < box.right ? finder.bottom : 0) + 40;
    if (source.scrollHeight > source.clientHeight + 1) {
      const margin = Math.min(80, frame.height / 4);
      const top = Math.max(frame.top + margin, lid);
      if (box.top < top) source.scrollTop -= top - box.top;
      else if (box.bottom > frame.bottom - margin) source.scrollTop += box.bottom - frame.bottom + margin;
    } else if (box.top < Math.max(100, lid)) window.scrollBy(0, box.top - Math.max(100, lid));
    else if (box.bottom > window.innerHeight - 120) window.scrollBy(0, box.bottom - window.innerHeight + 120);
    box = range.getBoundingClientRect();
    return box;
  }

  const spoken = form.querySelector("[data-spoken]");
  const say = (text) => (spoken.textContent = text);
  const fill = (sentence, values) =>
    sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

  // The token of the form is renewed while one writes: read it each time.
  const token = () => form.elements.csrfmiddlewaretoken.value;

  window.madangEditor = {
    form, source, words: form.dataset, isComposing, whenRested, replace, insert, insertBlock, exchange, reveal, say, fill, token,
  };
})();
