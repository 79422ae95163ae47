// Proposals in the text: @ people, # tags, : emoji. They show while a syllable is being composed
// and are taken only when none is: a key or a click of the writer's takes one, nothing else.
(() => {
  const editor = window.madangEditor;
  const expander = editor?.source.closest("text-expander");
  if (!expander) return;

  const WORD = /^[\p{L}\p{M}\p{N}_+-]{0,30}$/u;
  const KINDS = { "@": "person", "#": "tag" };
  const SHOWN = 8;
  const ENTER_LASTS = 400; // milliseconds from Enter that ends a syllable to its line break
  const { source } = editor;
  const answers = new Map();
  let asking = null;
  let emoji = null;
  let match = null;
  let enteredAt = 0;

  // What the site proposes for the beginning of a name; [] if it cannot say.
  async function propose(kind, text) {
    const url = `${editor.words.completeUrl}?${new URLSearchParams({ kind, q: text })}`;
    asking?.abort();
    if (answers.has(url)) return answers.get(url);
    asking = new AbortController();
    try {
      const response = await fetch(url, {
        credentials: "same-origin",
        headers: { Accept: "application/json" },
        signal: asking.signal,
      });
      if (!response.ok) return [];
      const { results } = await response.json();
      answers.set(url, results);
      return results;
    } catch {
      return [];
    }
  }

  async function findEmoji(text) {
    emoji ??= fetch(editor.words.emojiUrl).then((response) => (response.ok ? response.json() : []));
    const all = await emoji.catch(() => {
      emoji = null;
      return [];
    });
    const key = text.normalize("NFC").toLowerCase();
    const ranked = [];
    for (const [value, korean, english] of all) {
      const names = `${korean} ${english}`.split(" ");
      const place = names.indexOf(key);
      const rank = place === 0 ? 0 : place > 0 ? 1 : names.some((name) => name.startsWith(key)) ? 2 : 3;
      if (rank < 3 || `${korean} ${english}`.includes(key)) {
        ranked.push([rank, { value, label: value, hint: document.documentElement.lang === "ko" ? korean : english }]);
      }
    }
    return ranked.sort(([one], [other]) => one - other).slice(0, SHOWN).map(([, result]) => result);
  }

  // The list that all proposals of the page are shown in.
  function listOf(results) {
    const list = document.createElement("ul");
    list.className = "proposals";
    list.id = `proposals-${Math.random().toString(36).slice(2, 8)}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", editor.words.sayList);
    results.forEach((result, at) => {
      const item = document.createElement("li");
      item.className = "proposals__item";
      item.id = `${list.id}-${at}`;
      item.setAttribute("role", "option");
      item.dataset.value = result.value;
      if (result.avatar) {
        const picture = document.createElement("img");
        picture.className = "avatar";
        picture.width = picture.height = 28;
        picture.alt = "";
        picture.src = result.avatar;
        item.append(picture);
      }
      for (const part of ["label", "hint"]) {
        const span = document.createElement("span");
        span.className = `proposals__${part}`;
        span.textContent = result[part] ?? "";
        item.append(span);
      }
      list.append(item);
    });
    return list;
  }

  async function proposals(key, text) {
    const results = key === ":" ? await findEmoji(text) : await propose(KINDS[key], text.normalize("NFC"));
    if (!results.length || match?.text !== text) return { matched: false };
    editor.say(editor.fill(editor.words.sayProposals, { count: results.length }));
    return { matched: true, fragment: listOf(results) };
  }

  expander.addEventListener("text-expander-change", (event) => {
    const { key, text, provide } = event.detail;
    match = null;
    if (!WORD.test(text) || (!text && key !== "@")) return;
    match = { key, text };
    provide(proposals(key, text));
  });

  // <text-expander> would set the value, and undo would forget everything: we write it ourselves.
  expander.addEventListener("text-expander-value", (event) => {
    event.preventDefault();
    const { key, item } = event.detail;
    if (editor.isComposing()) return;
    const cursor = source.selectionEnd;
    const start = source.value.lastIndexOf(key, cursor - 1);
    if (start < 0 || !WORD.test(source.value.slice(start + 1, cursor))) return;
    // A particle may follow a person at once; it would become a part of a tag.
    const tail = key === "#" ? " " : "";
    const sign = key === "#" ? "#" : "";
    editor.replace(start, cursor, sign + item.dataset.value + tail);
    expander.dismiss();
  });

  // Keeps the list within the paper, which cuts off what would make the page wider until then; it
  // is placed right after this event. A textarea may have no
  // role of its own (ARIA in HTML): the list is announced and followed by its other attributes.
  expander.addEventListener("text-expander-activate", () =>
    requestAnimationFrame(() => {
      source.removeAttribute("role");
      source.removeAttribute("aria-expanded");
      keepInside(menu());
    }),
  );

  function keepInside(list) {
    if (!list) return;
    const box = list.getBoundingClientRect();
    const over = box.right - expander.getBoundingClientRect().right;
    if (over > 0) list.style.left = `${parseFloat(getComputedStyle(list).left) - over}px`;
    const line = parseFloat(getComputedStyle(source).lineHeight) || 28;
    if (box.bottom > window.innerHeight - 72) {
      list.style.top = `${parseFloat(getComputedStyle(list).top) - box.height - line}px`;
    }
  }

  const menu = () => expander.querySelector(".proposals");

  function chooseFirst(list, field) {
    const first = list.querySelector("[role=option]");
    if (!first || list.querySelector('[aria-selected="true"]')) return;
    first.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", first.id);
  }

  // Keys of a composition are not for the list. Enter that ended a syllable takes the proposal in
  // place of the line break that follows it.
  expander.addEventListener(
    "keydown",
    (event) => {
      if (!editor.isComposing(event)) return;
      event.stopPropagation();
      if (menu() && (event.key === "Enter" || event.code === "Enter")) enteredAt = Date.now();
    },
    true,
  );
  source.addEventListener("compositionend", () => setTimeout(() => menu() && chooseFirst(menu(), source), 0));
  source.addEventListener("beforeinput", (event) => {
    if (event.inputType !== "insertLineBreak" || Date.now() - enteredAt > ENTER_LASTS) return;
    enteredAt = 0;
    const list = menu();
    if (!list || editor.isComposing(event)) return;
    event.preventDefault();
    chooseFirst(list, source);
    list.querySelector('[aria-selected="true"]')?.click();
  });

  Object.assign(editor, { propose, listOf, chooseFirst });
})();
