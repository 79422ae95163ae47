// Marks where in the text the reader is, in the table of contents beside it.
(() => {
  const box = document.querySelector("[data-toc]");
  if (!box) return;
  // Already shown beside the text by the stylesheet; this tells screen readers the same.
  if (matchMedia("(min-width: 75rem)").matches) box.open = true;
  const links = new Map();
  for (const link of box.querySelectorAll("a[href^='#']")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  const headings = [...links.keys()];
  let current;
  const mark = () => {
    const line = innerHeight * 0.3;
    const now = headings.findLast((heading) => heading.getBoundingClientRect().top < line);
    if (now === current) return;
    links.get(current)?.removeAttribute("aria-current");
    links.get(now)?.setAttribute("aria-current", "true");
    current = now;
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  }, { passive: true });
  mark();
})();
