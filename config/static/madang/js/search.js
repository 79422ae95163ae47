// Suggestions under the search box, also while a syllable is being composed. Arrows choose, Enter
// follows, Escape closes. Without an answer, or without this script, the box simply searches.
(() => {
  const PAUSE = 120;
  const KEPT = 50;
  const KINDS = { words: "search", titles: "file", people: "user", tags: "tag" };
  const form = document.getElementById("site-search-form");
  const box = form?.elements.q;
  if (!box || !form.dataset.suggest) return;
  const sprite = form.querySelector("use")?.getAttribute("href").split("#")[0] ?? "";
  const answers = new Map();
  let list = null;
  let said = null;
  let asked = null;
  let timer;
  let dismissed = null;
  let isComposing = false;
  let dressed = null;

  // A space at the end stays: it says that the word before it is complete.
  const typed = () => box.value.normalize("NFC").trimStart();
  const options = () => (list ? [...list.querySelectorAll("[role=option]")] : []);
  const chosen = () => list?.querySelector('[aria-selected="true"]');

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");

  // The list's own look comes when the box is used first: most pages are only read.
  function dress() {
    const href = form.dataset.styles;
    if (document.querySelector(`link[href="${href}"]`)) return;
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    dressed = new Promise((done) => (link.onload = link.onerror = done));
    document.head.append(link);
  }

  function tell(text) {
    if (!said) {
      said = Object.assign(document.createElement("p"), { className: "unseen" });
      said.setAttribute("role", "status");
      form.append(said);
    }
    said.textContent = text;
  }

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list?.remove();
    list = null;
    box.setAttribute("aria-expanded", "false");
    for (const name of ["aria-activedescendant", "aria-controls"]) box.removeAttribute(name);
  }

  async function ask() {
    const query = typed();
    asked?.abort();
    if (!query || query === dismissed) return close();
    const known = answers.get(query);
    if (known) return show(known);
    const asking = (asked = new AbortController());
    try {
      const address = `${form.dataset.suggest}?${new URLSearchParams({ q: query })}`;
      const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: asking.signal });
      if (!answer.ok) return close();
      const found = await answer.json();
      if (answers.size >= KEPT) answers.clear();
      answers.set(query, found);
      await dressed;
      // What was asked before the last key says nothing about what stands there now.
      if (query === typed() && document.activeElement === box) show(found);
    } catch {
      if (!asking.signal.aborted) close();
    }
  }

  function show(found) {
    const lines = Object.keys(KINDS).flatMap((kind) =>
      (found[kind] ?? []).map((one, number) => line(kind, one, number)),
    );
    if (!lines.length) {
      close();
      return tell(form.dataset.none);
    }
    if (!list) {
      list = document.createElement("div");
      list.className = "suggestions";
      list.id = "search-suggestions";
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", form.dataset.label);
      // The focus stays in the box.
      list.addEventListener("mousedown", (event) => event.preventDefault());
      form.append(list);
    }
    list.replaceChildren(...lines);
    box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-expanded", "true");
    tell(form.dataset.count.replace("{count}", lines.length));
  }

  function line(kind, one, number) {
    const link = document.createElement("a");
    link.id = `suggestion-${kind}-${number}`;
    link.className = "suggestions__item";
    link.href = one.url;
    link.tabIndex = -1;
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    link.append(one.avatar ? picture(one.avatar) : drawing(KINDS[kind]));
    for (const part of ["label", "hint"]) {
      if (!one[part]) continue;
      link.append(Object.assign(document.createElement("span"), { className: `suggestions__${part}`, textContent: one[part] }));
    }
    return link;
  }

  function picture(src) {
    return Object.assign(new Image(24, 24), { src, alt: "", className: "avatar" });
  }

  function drawing(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("class", "icon icon--s");
    svg.setAttribute("aria-hidden", "true");
    svg.appendChild(document.createElementNS(space, "use")).setAttribute("href", `${sprite}#${name}`);
    return svg;
  }

  // One place more than there are lines: past both ends nothing is chosen and the box itself speaks.
  function step(by) {
    const all = options();
    const next = (all.indexOf(chosen()) + 1 + by + all.length + 1) % (all.length + 1);
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === next - 1)));
    const option = all[next - 1];
    if (!option) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  box.addEventListener("focus", dress, { once: true });
  if (document.activeElement === box) dress();
  box.addEventListener("input", () => {
    dismissed = null;
    clearTimeout(timer);
    if (!typed()) return close();
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("compositionstart", () => (isComposing = true));
  box.addEventListener("compositionend", () => (isComposing = false));
  box.addEventListener("keydown", (event) => {
    // The keys of a composition belong to the input method; Escape must not empty the box besides.
    if (event.isComposing || event.keyCode === 229) return void (event.key === "Escape" && event.preventDefault());
    if (event.key === "ArrowDown" && !list) {
      dismissed = null;
      ask();
    } else if (!list) return;
    else if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter" && chosen()) chosen().click();
    else if (event.key === "Escape") {
      dismissed = typed();
      close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  form.addEventListener("submit", (event) => {
    if (isComposing) return event.preventDefault();
    close();
  });
  // What was left as it is needs no place in the address.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) {
      if (name !== "q" && (!value || (name === "in" && value === "all"))) formData.delete(name);
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  addEventListener("pagehide", close);
})();
