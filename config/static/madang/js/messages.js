// An open conversation: new messages appear without losing what is being typed, and what is seen
// is marked as read by a POST, up to the last message shown.
(() => {
  const list = document.getElementById("message-list");
  if (!list) return;
  const form = () => document.getElementById("message-form");
  const isLive = "messages" in list.dataset;
  let shown = Number(list.dataset.shown);
  let isUnread = Boolean(document.querySelector("[data-message-read]"));
  let isComposing = false;
  let sent = "";
  let isAsking = false;
  let asksAgain = false;

  async function markRead() {
    if (!isUnread || document.hidden) return;
    isUnread = false;
    const body = new URLSearchParams({
      up_to: shown,
      csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value,
    });
    try {
      const answer = await fetch(list.dataset.read, {
        method: "POST",
        body,
        credentials: "same-origin",
        headers: { "X-Requested-With": "fetch" },
        keepalive: true,
      });
      if (!answer.ok) {
        isUnread = answer.status >= 500;
        return;
      }
      // The badge of this page need not wait for the next news.
      const detail = { name: "unread_messages", data: await answer.json(), isOwn: true };
      document.dispatchEvent(new CustomEvent("madang:event", { detail }));
    } catch {
      isUnread = true; // the next time the tab is seen
    }
  }

  function append(lines) {
    const isAtEnd = document.getElementById("latest").getBoundingClientRect().top < innerHeight;
    const height = document.documentElement.scrollHeight;
    for (const line of lines) {
      shown = Math.max(shown, Number(line.dataset.message));
      if (document.getElementById(line.id)) continue;
      list.append(line);
      window.htmx?.process(line);
      line.dispatchEvent(new CustomEvent("madang:inserted", { bubbles: true }));
      if (!line.classList.contains("message--own")) isUnread = true;
    }
    if (!lines.length) return;
    document.querySelector("[data-message-empty]")?.remove();
    const seen = form()?.elements.seen;
    if (seen) seen.value = shown;
    if (isAtEnd) scrollBy({ top: document.documentElement.scrollHeight - height });
  }

  // What was sent leaves the field; what was typed on meanwhile stays, and is not touched while a
  // syllable is being composed.
  function takeOut(text) {
    if (isComposing) {
      text.addEventListener("compositionend", () => setTimeout(() => takeOut(text)), { once: true });
      return;
    }
    if (!text.value.startsWith(sent)) return;
    text.value = text.value.slice(sent.length);
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function refresh() {
    if (isAsking) {
      asksAgain = true;
      return;
    }
    isAsking = true;
    try {
      const answer = await fetch(`${list.dataset.messages}?after=${shown}`, {
        cache: "no-store",
        credentials: "same-origin",
        headers: { "X-Requested-With": "fetch" },
      });
      if (answer.ok) {
        const holder = document.createElement("template");
        holder.innerHTML = await answer.text();
        append([...holder.content.querySelectorAll("[data-message]")]);
        markRead();
      }
    } catch {
      // No connection: the next event or the next look at the tab asks again.
    } finally {
      isAsking = false;
      if (asksAgain) {
        asksAgain = false;
        refresh();
      }
    }
  }

  document.addEventListener("madang:message-sent", (event) => {
    const { text, submission } = form().elements;
    submission.value = event.detail.submission;
    takeOut(text);
    text.focus();
    refresh();
  });
  document.addEventListener("htmx:beforeSend", (event) => {
    if (event.target === form()) sent = form().elements.text.value;
  });
  document.addEventListener("compositionstart", () => (isComposing = true));
  document.addEventListener("compositionend", () => (isComposing = false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    if (event.target === form()?.elements.text) form().requestSubmit();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (isLive) refresh();
    else markRead();
  });
  if (isLive) {
    document.addEventListener("madang:event", (event) => {
      if (event.detail.name === "unread_messages" && !event.detail.isOwn) refresh();
    });
    document.addEventListener("madang:reset", refresh);
    addEventListener("pageshow", (event) => event.persisted && refresh());
    if (["", "#latest"].includes(location.hash)) {
      document.getElementById("latest").scrollIntoView({ block: "end" });
    }
  }
  markRead();
})();
