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

  for (const field of document.querySelectorAll("[data-keep]")) {
    const key = `${PREFIX}${location.pathname}:${field.dataset.keep}`;
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
      const keys = JSON.parse(store.getItem(SENT) || "[]");
      store.setItem(SENT, JSON.stringify([...new Set([...keys, key])]));
    });
    addEventListener("pagehide", () => timer && keep());
  }

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
