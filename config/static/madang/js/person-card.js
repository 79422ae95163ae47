// A small card about a person opens over [data-person] links: after the pointer rests there for a
// second, or the keyboard does. It comes from the server, so it opens when that has answered; an
// error leaves just the link. Touch follows the link.
(() => {
  const WAIT = 1000;
  const GRACE = 200; // to move from the name to the card
  const EDGE = 8; // pixels kept free at the edges of the window
  const words = document.getElementById("words")?.dataset ?? {};
  let link = null; // the one that is waited for, asked about or shown
  let card = null;
  let waiting = 0;
  let leaving = 0;
  let request = null;
  let said;

  const linkAt = (target) => target.closest?.("a[data-person]");
  const isOurs = (target) => target && (link?.contains(target) || card?.contains(target));

  function approach(target) {
    const found = linkAt(target);
    if (isOurs(target)) return clearTimeout(leaving);
    if (!found || found.closest(".person-card")) return;
    close();
    link = found;
    waiting = setTimeout(ask, WAIT);
  }

  // One hand may leave while the other stays: the pointer, the focus of the keyboard.
  const isPointedAt = () => link?.matches(":hover") || card?.matches(":hover");
  const isFocused = () => {
    const focused = document.activeElement;
    return isOurs(focused) && focused.matches(":focus-visible");
  };

  function leave(to, isHeld) {
    if (!link || isOurs(to) || isHeld()) return;
    if (!card) return close();
    clearTimeout(leaving);
    leaving = setTimeout(() => isPointedAt() || isFocused() || close(), GRACE);
  }

  function close() {
    clearTimeout(waiting);
    clearTimeout(leaving);
    request?.abort();
    card?.remove();
    link = card = request = null;
  }

  async function ask() {
    const asked = link;
    request = new AbortController();
    try {
      const answer = await fetch(new URL("popup/", asked.href), {
        credentials: "same-origin",
        headers: { Accept: "text/html", "X-Requested-With": "fetch" },
        signal: request.signal,
      });
      // After a redirect it may be a page: another name of the person is fine, signing in is not.
      if (!answer.ok || !new URL(answer.url).pathname.endsWith("/popup/")) return;
      const html = await answer.text();
      if (link === asked && asked.isConnected) open(html);
    } catch {
      // Left while loading, or no connection.
    }
  }

  function open(html) {
    card = document.createElement("div");
    card.className = "person-card";
    card.innerHTML = html;
    if (card.showPopover) {
      // Right behind the link: that is where the next Tab leads. Shown above everything else.
      link.after(card);
      card.popover = "manual";
      card.showPopover();
    } else document.body.append(card);
    place();
    window.htmx?.process(card);
    card.dispatchEvent(new CustomEvent("madang:inserted", { bubbles: true }));
    const name = card.querySelector("[aria-label]")?.getAttribute("aria-label") ?? "";
    tell((words.card ?? "").replace("{name}", name));
  }

  function place() {
    const at = link.getClientRects()[0] ?? link.getBoundingClientRect();
    const { width, height } = card.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const isAbove = at.bottom + height > innerHeight && at.top > height;
    const left = Math.max(EDGE, Math.min(at.left, room - width - EDGE));
    card.style.left = `${left + scrollX}px`;
    card.style.top = `${(isAbove ? at.top - height : at.bottom) + scrollY}px`;
  }

  function tell(text) {
    said ??= document.body.appendChild(
      Object.assign(document.createElement("p"), { className: "unseen", role: "status" }),
    );
    // Empty first, and filled later: then it is read out, also the same card a second time.
    said.textContent = "";
    setTimeout(() => (said.textContent = text), 50);
  }

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "touch") approach(event.target);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType !== "touch") leave(event.relatedTarget, isFocused);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(":focus-visible")) approach(event.target);
  });
  document.addEventListener("focusout", (event) => leave(event.relatedTarget, isPointedAt));
  document.addEventListener("click", (event) => linkAt(event.target) && close());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || !link) return;
    const wasInside = card?.contains(document.activeElement);
    const origin = link;
    close();
    if (wasInside) origin.focus();
  });
  addEventListener("pagehide", close);
})();
