// What the journal still holds of tabs that are gone: offered, compared, restored or thrown away.
// Part of saving.js, which gives it `editor`: the form's fields and what the site has of them.
(() => {
  const LIVING = "madang-writing:"; // a lock by this name is held while its tab lives

  window.madangRestoring = (panel, form, editor) => {
    const journal = window.madangJournal;
    const words = panel.dataset;
    const box = panel.querySelector("[data-restore]");
    const difference = box.querySelector("[data-difference]");
    const asText = (fields) => `${fields.title ?? ""}\n\n${fields.source ?? ""}`;
    let held = null;

    navigator.locks?.request(LIVING + editor.tab, () => new Promise(() => {}));

    // Another open tab looks after its own.
    async function leftBehind() {
      const locks = (await navigator.locks?.query())?.held ?? [];
      const living = new Set(locks.map((lock) => lock.name));
      const post = editor.post();
      return (await journal.of(words.owner)).filter(
        (entry) => (post ? entry.post === post : !entry.post) && !living.has(LIVING + entry.tab),
      );
    }

    async function offer() {
      box.hidden = true;
      held = null;
      if (!journal) return;
      for (const entry of await leftBehind()) {
        if (editor.isSame(entry.fields, editor.read()) || !editor.hasText(entry.fields)) {
          journal.remove(entry.key);
        } else held ??= entry;
      }
      if (!held) return;
      const when = box.querySelector("[data-restore-when]");
      when.textContent = `${momentOf(held.editedAt)} · ${(held.fields.title || held.fields.source).trim().slice(0, 60)}`;
      difference.hidden = true;
      box.hidden = false;
    }

    // As the site writes a moment, in the zone that its owner chose.
    function momentOf(time) {
      const shape = { dateStyle: "long", timeStyle: "short" };
      try {
        return new Date(time).toLocaleString(document.documentElement.lang, { ...shape, timeZone: words.zone });
      } catch {
        return new Date(time).toLocaleString(document.documentElement.lang, shape); // a zone the browser does not know
      }
    }

    async function restore() {
      const entry = held;
      if (editor.isDirty()) {
        // Something was typed meanwhile: it stays in the journal beside what comes back.
        const beside = { key: `${editor.key}:${Date.now()}`, tab: "", editedAt: Date.now() };
        await journal.put({ ...entry, ...beside, fields: editor.read(), base: editor.base() });
      }
      if (!editor.post() && entry.submission && form.elements.submission) {
        form.elements.submission.value = entry.submission;
      }
      await editor.goOnFrom(entry.base, entry.fields);
      await journal.remove(entry.key);
      await editor.save();
      form.elements.source?.focus();
      await offer();
    }

    async function compare() {
      const [now, then] = [editor.read(), held.fields];
      const texts = { before: asText(now), after: asText(then) };
      const details = editor.differing(now, then).filter((name) => name !== "title" && name !== "source");
      if (texts.before === texts.after) {
        difference.replaceChildren(...listOf(details, now, then));
        difference.hidden = false;
        return;
      }
      const response = await editor.ask(words.compareUrl, texts, { Accept: "text/html" }).catch(() => null);
      difference.replaceChildren();
      if (response?.ok) {
        const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
        difference.append(...parsed.body.childNodes);
      } else {
        const plain = document.createElement("pre");
        plain.textContent = texts.after;
        difference.append(plain);
      }
      difference.append(...listOf(details, now, then));
      difference.hidden = false;
    }

    // What differs besides the text, each with its two values.
    function listOf(names, now, then) {
      if (!names.length) return [];
      const head = document.createElement("p");
      head.textContent = words.sayDetails;
      const list = document.createElement("ul");
      for (const name of names) {
        const line = document.createElement("li");
        const [before, after] = [now, then].map((fields) => editor.shownOf(name, fields[name]));
        line.textContent = `${editor.labelOf(name)}: ${before} → ${after}`;
        list.append(line);
      }
      return [head, list];
    }

    async function forget() {
      await journal.remove(held.key).catch(() => {});
      form.elements.source?.focus();
      await offer();
    }

    return { offer, restore, compare, forget };
  };
})();
