// The fields of a text, as one plain object: read from the form, put back into it, sent to the
// site and taken from it. Texts have LF alone, checkboxes are true or false, the rest is as shown.
(() => {
  const NAMES = (
    "title source tags topic series new_series visibility language slug excerpt canonical_url" +
    " license is_open_to_comments cover_key cover_alt"
  ).split(" ");

  const lines = (text) => text.replace(/\r\n?/g, "\n");

  window.madangFields = (form) => {
    function each(valueOf) {
      const fields = {};
      for (const name of NAMES) {
        const field = form.elements[name];
        if (field) fields[name] = valueOf(field);
      }
      return fields;
    }

    const read = () => each((field) => (field.type === "checkbox" ? field.checked : lines(field.value)));

    // As the site sent them: a browser may have put back what was typed before a reload.
    const rendered = () =>
      each((field) => {
        if (field.type === "checkbox") return field.defaultChecked;
        if (!field.options) return lines(field.defaultValue);
        const chosen = [...field.options].find((option) => option.defaultSelected);
        return (chosen ?? field.options[0])?.value ?? "";
      });

    // Only ever called from a button.
    function write(fields) {
      for (const name of NAMES) {
        const field = form.elements[name];
        if (!field || !(name in fields)) continue;
        if (field.type === "checkbox") field.checked = Boolean(fields[name]);
        else if (lines(field.value) !== fields[name]) field.value = fields[name];
        else continue;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }

    // What a person calls a field, and its value.
    const fieldOf = (name) => form.elements[name === "cover_key" ? "cover" : name];
    function labelOf(name) {
      const label = form.querySelector(`label[for="${fieldOf(name)?.id}"]`);
      return (label?.querySelector("span") ?? label)?.textContent.trim() || name;
    }

    function shownOf(name, value) {
      const field = form.elements[name];
      if (name === "cover_key") return value ? "…" : "—";
      if (typeof value === "boolean") return value ? "✓" : "—";
      const option = field?.options && [...field.options].find((one) => one.value === value);
      return (option ? option.textContent : String(value ?? "")).trim() || "—";
    }

    const differing = (one, other) => NAMES.filter((name) => name in one && name in other && one[name] !== other[name]);

    return { read, rendered, write, isSame, hasText, toSend, fromStored, labelOf, shownOf, differing };
  };

  const isSame = (one, other) => NAMES.every((name) => one[name] === other[name]);
  const hasText = (fields) => Boolean(fields.title?.trim() || fields.source?.trim());

  function toSend(fields) {
    const number = (value) => (value ? Number(value) : null);
    const sent = { ...fields };
    if ("tags" in fields) sent.tags = fields.tags.split(/[,，、\n]/).map((tag) => tag.trim()).filter(Boolean);
    if ("topic" in fields) sent.topic = number(fields.topic);
    if ("series" in fields) sent.series = number(fields.series);
    if ("cover_key" in fields) sent.cover = fields.cover_key || null;
    return sent;
  }

  // What the site stores in the shape of read(); `known` fills in what it did not name.
  function fromStored(stored, known) {
    const fields = { ...known };
    stored = { ...stored, cover_key: stored.cover };
    for (const name of NAMES) {
      if (!(name in stored) || !(name in fields)) continue;
      const value = stored[name];
      if (Array.isArray(value)) fields[name] = value.join(", ");
      else if (typeof value === "boolean") fields[name] = value;
      else fields[name] = value === null ? "" : String(value);
    }
    return fields;
  }
})();
