// Counts what people see (grapheme clusters) while they type, as config/text.py does.
(() => {
  const segmenter = self.Intl?.Segmenter && new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const NEAR = 0.9;
  const words = document.getElementById("words")?.dataset ?? {};

  function length(text) {
    const normal = text.replace(/\r\n?/g, "\n").normalize("NFC");
    if (!segmenter) return [...normal].length;
    let number = 0;
    for (const _ of segmenter.segment(normal)) number += 1;
    return number;
  }

  const bound = new WeakSet();
  const bindAll = (root) => root.querySelectorAll?.("[data-counter]").forEach(bind);

  function bind(field) {
    const place = document.getElementById(field.dataset.counter);
    const limit = Number(field.dataset.maxGraphemes || place?.dataset.limit);
    if (!place || !limit || bound.has(field)) return;
    bound.add(field);
    const spoken = document.createElement("span");
    spoken.className = "unseen";
    spoken.setAttribute("role", "status");
    const seen = document.createElement("span");
    place.replaceChildren(seen, spoken);
    let last = "";
    const show = () => {
      const number = length(field.value);
      seen.textContent = `${number} / ${limit}`;
      place.classList.toggle("counter--near", number > limit * NEAR);
      // Said only near the limit, and only in steps: each letter aloud would drown the text.
      const left = limit - number;
      const step = left < 0 ? "over" : left <= 10 ? String(left) : number > limit * NEAR ? "near" : "";
      if (step !== last) {
        last = step;
        const sentence = left < 0 ? words.over : words.left;
        spoken.textContent = step && sentence ? sentence.replace("{count}", Math.abs(left)) : "";
      }
    };
    field.addEventListener("input", show);
    document.addEventListener("madang:restored", show);
    show();
  }

  bindAll(document);
  document.addEventListener("htmx:load", (event) => bindAll(event.detail.elt)); // put in by htmx
})();
