// The live preview: the server's own HTML, a moment after the last change. It only reads the text.
(() => {
  const editor = window.madangEditor;
  const pane = editor?.form.querySelector("[data-preview]");
  if (!pane) return;

  const PAUSE = 300; // milliseconds after the last change
  const PATIENCE = 1500; // …and at the latest while somebody types on
  const RETRY = 5000;
  const SLOW = 2000; // only then is waiting worth a word
  const KEY = "madang:write:preview";
  const { form, source } = editor;
  const toggle = form.querySelector("[data-preview-toggle]");
  const prose = pane.querySelector("[data-preview-prose]");
  const note = pane.querySelector("[data-preview-note]");
  const title = pane.querySelector("[data-preview-title]");
  const empty = pane.querySelector("[data-preview-empty]");
  const isWide = matchMedia("(min-width: 75rem)");
  let shownText = prose.innerHTML.trim() ? text() : null; // what the pane shows now
  let askedText = null;
  let asking = null;
  let timer;
  let due;
  let took = 0;
  let slow;

  function text() {
    return JSON.stringify({ title: form.elements.title.value, source: source.value });
  }

  const isShown = () => (isWide.matches ? form.dataset.view !== "write" : form.dataset.view === "preview");

  function schedule(pause = Math.max(PAUSE, took)) {
    if (!isShown()) return;
    const now = Date.now();
    due ??= now + Math.max(PATIENCE, took * 2);
    clearTimeout(timer);
    timer = setTimeout(refresh, Math.max(0, Math.min(pause, due - now)));
  }

  async function refresh() {
    clearTimeout(timer);
    due = undefined;
    const body = text();
    if (!isShown() || body === askedText) return;
    if (body === shownText) {
      asking?.abort();
      asking = askedText = null;
      return busy(false);
    }
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    askedText = body;
    busy(true);
    const began = performance.now();
    try {
      const response = await fetch(editor.words.previewUrl, {
        method: "POST",
        credentials: "same-origin",
        redirect: "manual",
        headers: {
          Accept: "text/html",
          "Content-Type": "application/json",
          "X-Requested-With": "XMLHttpRequest",
          "X-CSRFToken": editor.token(),
        },
        body,
        signal: mine.signal,
      });
      if (!response.ok) throw new Error(String(response.status));
      const html = await response.text();
      if (asking !== mine) return;
      took = Math.min(3000, performance.now() - began);
      place(html);
      shownText = body;
      busy(false);
      note.textContent = "";
      pane.removeAttribute("data-old");
    } catch (error) {
      if (asking !== mine || error.name === "AbortError") return;
      // The last good preview stays.
      busy(false);
      note.textContent = editor.words.sayPreviewOld;
      pane.dataset.old = "";
      timer = setTimeout(refresh, RETRY);
    } finally {
      if (asking === mine) asking = askedText = null;
    }
  }

  function busy(isBusy) {
    clearTimeout(slow);
    if (isBusy) slow = setTimeout(() => editor.say(editor.words.sayPreviewBusy), SLOW);
    pane.setAttribute("aria-busy", String(isBusy));
    toggle.toggleAttribute("data-busy", isBusy);
  }

  // Only what differs is exchanged: pictures do not load again and nothing jumps.
  function place(html) {
    const fresh = [...new DOMParser().parseFromString(html, "text/html").body.childNodes];
    const old = [...prose.childNodes];
    let first = 0;
    while (first < old.length && first < fresh.length && old[first].isEqualNode(fresh[first])) first += 1;
    let tail = 0;
    while (
      tail < old.length - first &&
      tail < fresh.length - first &&
      old[old.length - 1 - tail].isEqualNode(fresh[fresh.length - 1 - tail])
    ) {
      tail += 1;
    }
    const after = old[old.length - tail] ?? null;
    for (const node of old.slice(first, old.length - tail)) node.remove();
    for (const node of fresh.slice(first, fresh.length - tail)) prose.insertBefore(document.adoptNode(node), after);
    empty.hidden = Boolean(prose.childElementCount) || Boolean(title.textContent);
    pane.dispatchEvent(new CustomEvent("madang:previewed"));
  }

  function showTitle() {
    title.textContent = form.elements.title.value;
    empty.hidden = Boolean(prose.childElementCount) || Boolean(title.textContent);
  }

  function view() {
    toggle.setAttribute("aria-pressed", String(isShown()));
    if (isShown()) refresh();
    else asking?.abort();
    pane.dispatchEvent(new CustomEvent("madang:previewed"));
  }

  toggle.addEventListener("click", (event) => {
    if (editor.isComposing(event)) return;
    const goes = isShown();
    form.dataset.view = isWide.matches ? (goes ? "write" : "") : goes ? "" : "preview";
    view();
    if (isWide.matches) {
      try {
        localStorage.setItem(KEY, goes ? "off" : "on");
      } catch {
        // a browser that keeps nothing
      }
    } else if (goes) source.focus({ preventScroll: true });
  });

  try {
    if (isWide.matches && localStorage.getItem(KEY) === "off") form.dataset.view = "write";
  } catch {
    // a browser that keeps nothing
  }
  isWide.addEventListener("change", () => {
    form.dataset.view = "";
    view();
  });
  form.addEventListener("input", (event) => {
    if (event.target === form.elements.title) showTitle();
    if (event.target === source || event.target === form.elements.title) schedule();
  });
  // A link of the preview opens beside the text, never instead of it.
  pane.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    window.open(link.href, "_blank", "noopener");
  });
  showTitle();
  view();
})();
