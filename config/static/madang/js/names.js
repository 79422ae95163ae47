// While somebody types @ and a name into [data-names], people of that name are proposed below the
// field. Arrows choose, Enter or Tab takes, Escape closes; nothing is touched while composing.
(() => {
  const PAUSE = 150;
  const NAME = /(?:^|[^\p{L}\p{M}\p{N}_@/.-])@([\p{L}\p{M}\p{N}_-]{1,30})$/u;
  let field = null;
  let list = null;
  let chosen = 0;
  let taken = "";
  let timer;
  let asked;

  const typed = (place) => NAME.exec(place.value.slice(0, place.selectionEnd))?.[1];

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list?.parentElement.remove();
    list = null;
    for (const name of ["aria-activedescendant", "aria-controls"]) field?.removeAttribute(name);
  }

  async function look(place) {
    const name = typed(place);
    if (!name || name === taken) return close();
    asked?.abort();
    asked = new AbortController();
    const query = new URLSearchParams({ kind: "person", q: name.normalize("NFC") });
    try {
      const answer = await fetch(`${place.dataset.names}?${query}`, { signal: asked.signal });
      const people = answer.ok ? (await answer.json()).results : [];
      if (document.activeElement === place && typed(place) === name) show(place, people);
    } catch {
      // Without an answer the name is simply typed to its end.
    }
  }

  function show(place, people) {
    close();
    if (!people.length) return;
    field = place;
    list = document.createElement("ul");
    list.className = "names";
    list.id = `${place.id}-names`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", place.labels?.[0]?.textContent.trim() ?? "");
    people.forEach((person, number) => {
      const line = document.createElement("li");
      line.id = `${list.id}-${number}`;
      line.className = "names__item";
      line.setAttribute("role", "option");
      const picture = Object.assign(new Image(24, 24), { src: person.avatar, alt: "", className: "avatar" });
      const label = Object.assign(document.createElement("strong"), { textContent: person.label });
      line.append(picture, label, ` ${person.hint}`);
      line.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays
      line.addEventListener("click", () => take(person.value));
      line.dataset.value = person.value;
      list.append(line);
    });
    const spot = Object.assign(document.createElement("div"), { className: "names-spot" });
    spot.append(list);
    place.after(spot);
    place.setAttribute("aria-controls", list.id);
    choose(0);
  }

  function choose(number) {
    const lines = [...list.children];
    chosen = (number + lines.length) % lines.length;
    lines.forEach((line, place) => line.setAttribute("aria-selected", String(place === chosen)));
    field.setAttribute("aria-activedescendant", lines[chosen].id);
  }

  function take(value) {
    const place = field;
    const end = place.selectionEnd;
    const name = typed(place);
    close();
    if (!name) return;
    taken = value.slice(1);
    place.focus();
    place.setSelectionRange(end - name.length - 1, end);
    // As if it were typed, so that it can be undone.
    if (!document.execCommand("insertText", false, value)) {
      place.setRangeText(value, place.selectionStart, end, "end");
      place.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  document.addEventListener("input", (event) => {
    const place = event.target;
    if (!place.matches?.("[data-names]")) return;
    clearTimeout(timer);
    if (typed(place) !== taken) taken = "";
    timer = setTimeout(() => look(place), PAUSE);
  });
  document.addEventListener("focusout", (event) => event.target === field && close());
  document.addEventListener("keydown", (event) => {
    if (!list || event.target !== field || event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen + step);
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[chosen].dataset.value);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
})();
