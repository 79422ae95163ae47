// A part of the page that changes by itself is fetched again until it says that it is done.
(() => {
  const look = async (part) => {
    try {
      const response = await fetch(location.href, { credentials: "same-origin" });
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("[data-refresh]");
      // Finished: the whole page is another one.
      if (!fresh) return location.reload();
      if (fresh.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
        part.replaceChildren(...fresh.childNodes);
      }
    } catch {
      // Off the network for a moment; the next look tells.
    }
    setTimeout(look, Number(part.dataset.refresh), part);
  };
  for (const part of document.querySelectorAll("[data-refresh]")) {
    setTimeout(look, Number(part.dataset.refresh), part);
  }
})();
