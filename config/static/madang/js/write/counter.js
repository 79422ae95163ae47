// Counts the text as config/text.py does: graphemes, words (eojeols), minutes to read.
(() => {
  const editor = window.madangEditor;
  const place = editor?.form.querySelector("[data-counts]");
  if (!place) return;

  const PAUSE = 250;
  const NEAR = 0.9;
  const CJK_PER_MINUTE = 500;
  const WORDS_PER_MINUTE = 220;
  const SCRIPTS = "\\p{Script=Hangul}\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}";
  const CJK = new RegExp(`[${SCRIPTS}]`, "gu");
  const OTHER_WORD = new RegExp(`(?:(?![${SCRIPTS}])[\\p{L}\\p{M}\\p{N}])+(?:['’-]\\p{L}+)*`, "gu");
  const SIMPLE = /^[\x20-\x7e\u3000-\u3029\u3131-\u318e\uac00-\ud7a3]*$/; // one unit, one grapheme
  const segmenter = self.Intl?.Segmenter && new Intl.Segmenter(undefined, { granularity: "grapheme" });

  function graphemes(line) {
    if (SIMPLE.test(line)) return line.length;
    if (!segmenter) return [...line].length;
    let number = 0;
    for (const _ of segmenter.segment(line)) number += 1;
    return number;
  }

  const number = (matches) => matches?.length ?? 0;

  function countLine(line) {
    return [graphemes(line), number(line.match(/\S+/g)), number(line.match(CJK)), number(line.match(OTHER_WORD))];
  }

  // A line that did not change is not counted again.
  let known = new Map();
  function count(text) {
    const lines = text.normalize("NFC").split("\n");
    const seen = new Map();
    const sum = [lines.length - 1, 0, 0, 0];
    for (const line of lines) {
      const parts = seen.get(line) ?? known.get(line) ?? countLine(line);
      seen.set(line, parts);
      for (let at = 0; at < 4; at += 1) sum[at] += parts[at];
    }
    known = seen;
    const [characters, words, cjk, others] = sum;
    const minutes = Math.max(1, Math.ceil(cjk / CJK_PER_MINUTE + others / WORDS_PER_MINUTE));
    return { characters, words, minutes };
  }

  const note = editor.form.querySelector("[data-limit-note]");
  const limit = Number(editor.source.dataset.maxGraphemes) || Infinity;
  const sentences = document.getElementById("words")?.dataset ?? {};
  const format = new Intl.NumberFormat(document.documentElement.lang);
  let timer;

  function show() {
    timer = undefined;
    const counted = count(editor.source.value);
    const shown = Object.fromEntries(Object.entries(counted).map(([key, value]) => [key, format.format(value)]));
    place.textContent = counted.words ? editor.fill(editor.words.sayCounts, shown) : "";
    const left = limit - counted.characters;
    const isNear = counted.characters > limit * NEAR;
    note.classList.toggle("counter--near", isNear);
    note.textContent = isNear
      ? editor.fill((left < 0 ? sentences.over : sentences.left) ?? "", { count: format.format(Math.abs(left)) })
      : "";
  }

  editor.source.addEventListener("input", () => (timer ??= setTimeout(show, PAUSE)));
  editor.count = count;
  show();
})();
