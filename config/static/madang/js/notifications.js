// Going where a notification leads marks it as read, and so does finding that it leads nowhere.
(() => {
  const list = () => document.getElementById("notifications");
  if (!list()) return;

  function markRead(ids) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token() });
    for (const id of ids) body.append("id", id);
    return fetch(list().dataset.readUrl, {
      method: "POST",
      body,
      credentials: "same-origin",
      keepalive: true, // the page is being left
      redirect: "manual",
    }).catch(() => {});
  }

  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

  function go(event) {
    const link = event.target.closest("[data-told]");
    const line = link?.closest(".told--unread");
    if (!line) return;
    markRead([link.dataset.told]);
    // Coming back finds it as it is now.
    line.classList.remove("told--unread");
    line.querySelector(".told__form")?.remove();
    link.querySelector(".unseen")?.remove();
  }

  document.addEventListener("click", go);
  document.addEventListener("auxclick", (event) => event.button === 1 && go(event));
  document.addEventListener("htmx:afterSwap", () => {
    // The button that was pressed is gone: go on from its line, or from the list.
    if (document.activeElement !== document.body) return;
    const pressed = document.querySelector(`#${CSS.escape(lastTarget)} [data-told]`);
    pressed?.focus({ preventScroll: true });
  });
  let lastTarget = "notifications";
  document.addEventListener("htmx:beforeSwap", (event) => (lastTarget = event.detail.target.id || lastTarget));

  const unseen = list().dataset.unseen;
  if (unseen) markRead(unseen.split(","));
})();
