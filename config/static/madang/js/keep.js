// A text typed and not sent is offered again after an error, a reload or a new sign-in.
// [data-keep] fields are read while typing and written only when the person asks for it.
(() => {
  const PREFIX = "madang:kept:";
  const SENT = "madang:sent";
  const words = document.getElementById("words")?.dataset ?? {};
  let store;
  try {
    store = sessionStorage;
    store.getItem(SENT);
  } catch {
    return; // a browser that keeps nothing
  }

  // What was sent arrived only if the page after it says so; anything else keeps the text.
  const sent = JSON.parse(store.getItem(SENT) || "[]");
  store.removeItem(SENT);
  if (document.querySelector(".notice--success")) sent.forEach((key) => store.removeItem(key));

  const bound = new WeakSet();
  const bindAll = (root) => root.querySelectorAll?.("[data-keep]").forEach(bind);
  const keyOf = (field) => `${PREFIX}${location.pathname}:${field.dataset.keep}`;

  function bind(field) {
    if (bound.has(field)) return;
    bound.add(field);
    const key = keyOf(field);
    const first = field.value;
    const kept = store.getItem(key);
    if (kept?.trim() && kept !== first) offer(field, key, kept);

    let timer;
    const keep = () => {
      clearTimeout(timer);
      if (field.value.trim() && field.value !== first) store.setItem(key, field.value);
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keep, 400);
    });
    field.form?.addEventListener("submit", () => {
      keep();
      if (field.form.hasAttribute("data-hx-post")) return; // its answer comes without a page
      const keys = JSON.parse(store.getItem(SENT) || "[]");
      store.setItem(SENT, JSON.stringify([...new Set([...keys, key])]));
    });
    addEventListener("pagehide", () => timer && field.isConnected && keep());
  }

  bindAll(document);
  // Forms that htmx puts into the page, and what they sent.
  document.addEventListener("htmx:load", (event) => bindAll(event.detail.elt));
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = detail.requestConfig.elt; // detail.elt is what is left in its place
    if (!detail.successful || !form.matches("form")) return;
    if (detail.xhr.status >= 400) return; // refused and shown again (422): it has not arrived
    for (const field of form.querySelectorAll("[data-keep]")) {
      // What was typed on while it was under way has not been sent.
      if (field.value && field.value !== detail.requestConfig.formData.get(field.name)) {
        store.setItem(keyOf(field), field.value);
        continue;
      }
      store.removeItem(keyOf(field));
      field.value = ""; // before a timer keeps it again
    }
  });

  function offer(field, key, kept) {
    const box = document.createElement("div");
    const text = document.createElement("span");
    box.className = "restore";
    box.setAttribute("role", "status");
    text.textContent = words.restore;
    const restore = button(words.restoreButton, () => {
      field.value = kept;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
      box.remove();
    });
    const discard = button(words.discard, () => {
      store.removeItem(key);
      field.focus();
      box.remove();
    });
    box.append(text, restore, discard);
    field.parentElement.insertBefore(box, field);
  }

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button button--small button--quiet";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }
})();
