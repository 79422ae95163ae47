// Find and replace in the text. It compares in NFC, so that 한글 typed on any machine is found, and
// while a syllable is composed it looks for whatever that syllable may still become.
(() => {
  const editor = window.madangEditor;
  const bar = editor?.form.querySelector("[data-find]");
  if (!bar) return;

  const MOST = 20000; // places looked up at once
  const { source } = editor;
  const part = (name) => bar.querySelector(`[data-find-${name}]`);
  const [what, other, count] = ["what", "with", "count"].map(part);
  const toggle = editor.form.querySelector("[data-find-toggle]");
  let found = []; // [start, end] in the text as it is
  let place = -1;
  let boxes = null;

  // Patterns -------------------------------------------------------------------------------------

  const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
  const FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
  const PAIRS = { ㄳ: "ㄱㅅ", ㄵ: "ㄴㅈ", ㄶ: "ㄴㅎ", ㄺ: "ㄹㄱ", ㄻ: "ㄹㅁ", ㄼ: "ㄹㅂ", ㄽ: "ㄹㅅ", ㄾ: "ㄹㅌ", ㄿ: "ㄹㅍ", ㅀ: "ㄹㅎ", ㅄ: "ㅂㅅ" };
  const escape = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const range = (from, length) => `[${String.fromCharCode(from)}-${String.fromCharCode(from + length - 1)}]`;
  const beginning = (initial) => range(0xac00 + INITIALS.indexOf(initial) * 588, 588);

  // What a syllable that is still being typed may become: 넹 is on its way to 네이.
  function unfinished(last) {
    const code = last.charCodeAt(0) - 0xac00;
    if (INITIALS.includes(last)) return `(?:${last}|${beginning(last)})`;
    if (code < 0 || code > 11171) return escape(last);
    const final = FINALS[code % 28];
    const open = 0xac00 + code - (code % 28);
    if (final === " ") return range(open, 28);
    const [kept, moved] = PAIRS[final] ?? [" ", final];
    if (!INITIALS.includes(moved)) return last;
    const grown = Object.keys(PAIRS).filter((pair) => PAIRS[pair][0] === final && FINALS.includes(pair));
    const whole = grown.map((pair) => String.fromCharCode(open + FINALS.indexOf(pair))).join("");
    return `(?:[${last}${whole}]|${String.fromCharCode(open + FINALS.indexOf(kept))}${beginning(moved)})`;
  }

  function pattern(isTyping) {
    const text = what.value.normalize("NFC");
    if (!text) return null;
    const flags = part("case").checked ? "gu" : "giu";
    if (part("pattern").checked) return new RegExp(text, `${flags}m`);
    const [head, last] = [text.slice(0, -1), text.slice(-1)];
    return new RegExp(isTyping ? escape(head) + unfinished(last) : escape(text), flags);
  }

  // Places in the NFC form, carried back to the text as it is.
  function search(expression) {
    const text = source.value;
    const normal = text.normalize("NFC");
    const places = [];
    for (const match of normal.matchAll(expression)) {
      if (match[0]) places.push([match.index, match.index + match[0].length]);
      if (places.length >= MOST) break;
    }
    return normal === text ? places : carryBack(text, places);
  }

  function carryBack(text, places) {
    const starts = []; // starts[place in NFC] = place in the text
    let at = 0;
    for (const { segment } of new Intl.Segmenter("ko", { granularity: "grapheme" }).segment(text)) {
      const normal = segment.normalize("NFC");
      const isSame = normal === segment;
      for (let unit = 0; unit < normal.length; unit += 1) starts.push(isSame ? at + unit : at);
      at += segment.length;
    }
    starts.push(text.length);
    return places.map(([start, end]) => [starts[start], starts[end]]);
  }

  // Showing --------------------------------------------------------------------------------------

  function look({ from = source.selectionStart, moves = true, isTyping = false } = {}) {
    let expression;
    try {
      expression = pattern(isTyping);
    } catch {
      found = [];
      return show(editor.words.sayPattern);
    }
    found = expression ? search(expression) : [];
    const after = found.findIndex(([start]) => start >= from);
    place = found.length ? Math.max(0, after) : -1;
    show();
    if (moves) reveal();
  }

  function show(sentence) {
    const total = found.length;
    const text = total ? editor.fill(editor.words.sayFound, { place: place + 1, total }) : editor.words.sayNone;
    count.textContent = sentence ?? (what.value ? text : "");
    bar.classList.toggle("finder--none", Boolean(what.value) && !total);
    if (!total) mark();
  }

  // Selects the place; the fields of the bar keep the focus, so the place is drawn as well.
  function reveal() {
    if (place < 0) return mark();
    const [start, end] = found[place];
    if (!editor.isComposing()) source.setSelectionRange(start, end);
    editor.reveal(start, end);
    mark();
  }

  function mark() {
    boxes?.remove();
    boxes = null;
    if (bar.hidden || place < 0 || !found[place]) return;
    const holder = source.parentElement.getBoundingClientRect();
    const frame = source.getBoundingClientRect();
    boxes = document.createElement("div");
    boxes.className = "finder__marks";
    for (const rect of new window.madangEditorParts.InputRange(source, ...found[place]).getClientRects()) {
      if (rect.bottom < frame.top || rect.top > frame.bottom) continue;
      const box = document.createElement("span");
      box.style.left = `${rect.left - holder.left}px`;
      box.style.top = `${rect.top - holder.top}px`;
      box.style.width = `${rect.width}px`;
      box.style.height = `${rect.height}px`;
      boxes.append(box);
    }
    source.parentElement.append(boxes);
  }

  // Acting ---------------------------------------------------------------------------------------

  function step(by) {
    if (!found.length) return;
    place = (place + by + found.length) % found.length;
    show();
    reveal();
  }

  // $1 and $& mean something in a regular expression's replacement alone.
  function replacement(start, end) {
    if (!part("pattern").checked) return other.value;
    return source.value.slice(start, end).normalize("NFC").replace(new RegExp(pattern(false).source, pattern(false).flags.replace("g", "")), other.value);
  }

  function replace() {
    if (place < 0) return;
    const [start, end] = found[place];
    const text = replacement(start, end);
    if (!editor.replace(start, end, text)) return;
    other.focus();
    look({ from: start + text.length });
  }

  function replaceAll() {
    if (!found.length) return;
    const total = found.length;
    const [first, last] = [found[0][0], found[total - 1][1]];
    const pieces = [];
    let at = first;
    for (const [start, end] of found) {
      pieces.push(source.value.slice(at, start), replacement(start, end));
      at = end;
    }
    if (!editor.replace(first, last, pieces.join(""))) return;
    other.focus();
    look({ from: first, moves: false });
    show(editor.fill(editor.words.sayReplaced, { count: total }));
  }

  function open() {
    const chosen = source.value.slice(source.selectionStart, source.selectionEnd);
    bar.hidden = false;
    toggle.setAttribute("aria-pressed", "true");
    if (chosen && !chosen.includes("\n") && chosen.length < 200) what.value = chosen;
    what.focus();
    what.select();
    look();
  }

  function close() {
    bar.hidden = true;
    toggle.setAttribute("aria-pressed", "false");
    mark();
    source.focus({ preventScroll: true });
  }

  const ACTS = { next: () => step(1), previous: () => step(-1), close, replace, "replace-all": replaceAll };

  toggle.addEventListener("click", (event) => {
    if (editor.isComposing(event)) return;
    if (bar.hidden) open();
    else close();
  });
  bar.addEventListener("click", (event) => {
    const act = event.target.closest("[data-find-act]")?.dataset.findAct;
    if (act && !editor.isComposing(event)) ACTS[act]();
  });
  bar.addEventListener("input", (event) => {
    event.stopPropagation(); // not a change of the article
    if (event.target !== other) look({ isTyping: event.isComposing });
  });
  bar.addEventListener("change", (event) => {
    event.stopPropagation();
    if (event.target.type === "checkbox") look();
  });
  what.addEventListener("compositionend", () => look());
  bar.addEventListener("keydown", (event) => {
    if (editor.isComposing(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && event.target.tagName === "INPUT" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault(); // the form is not sent from here
      if (event.target === other) replace();
      else step(event.shiftKey ? -1 : 1);
    }
  });
  source.addEventListener("input", () => {
    if (!bar.hidden && document.activeElement === source) look({ moves: false });
  });
  source.addEventListener("scroll", () => boxes && mark());
  addEventListener("resize", () => boxes && mark());
  editor.closeFind = () => {
    if (bar.hidden) return false;
    close();
    return true;
  };
})();
