// What is needed only when somebody writes is loaded when somebody moves: the page opens sooner.
// <template data-later="…"> names each script; madangLater() resolves when they are here, or cannot
// be had now. With data-for="merging" it waits until madangLater("merging") asks for it.
(() => {
  const SIGNS = ["pointermove", "pointerdown", "touchstart", "keydown", "focusin", "wheel", "dragenter"];
  const TOOLS = "[data-toolbar] button, [data-find-toggle], [data-full-toggle]";
  const PAUSE = 3000; // milliseconds from a failure to the next try
  const loading = new Map();
  let failedAt = -PAUSE;
  let isActing = false;

  // Resolves to whether the script was loaded; if not, it waits again.
  function run(waiting) {
    return new Promise((resolve) => {
      const script = document.createElement("script");
      script.addEventListener("load", () => resolve(true));
      script.addEventListener("error", () => {
        script.replaceWith(waiting);
        resolve(false);
      });
      script.src = waiting.dataset.later;
      waiting.replaceWith(script);
    });
  }

  // All are fetched at once; each runs when those before it did, which it may be built on.
  async function load(part) {
    const all = [...document.querySelectorAll("template[data-later]")].filter((one) => (one.dataset.for ?? "") === part);
    for (const { dataset } of all) {
      document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "script", href: dataset.later }));
    }
    for (const waiting of all) {
      if (await run(waiting)) continue;
      loading.delete(part);
      failedAt = performance.now();
      return;
    }
    if (!part) rest();
  }

  window.madangLater = (part = "") => {
    if (!loading.has(part)) loading.set(part, load(part));
    return loading.get(part);
  };

  function begin() {
    if (performance.now() - failedAt > PAUSE) window.madangLater();
  }

  // A tool that is pressed before its script is here acts as soon as it is.
  async function hold(event) {
    const tool = event.target.closest?.(TOOLS);
    if (!tool || isActing || window.madangEditor?.isComposing(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await window.madangLater();
    isActing = true;
    tool.click();
    isActing = false;
  }

  function rest() {
    for (const sign of SIGNS) removeEventListener(sign, begin, true);
    document.removeEventListener("click", hold, true);
    document.documentElement.dataset.later = "done";
  }

  for (const sign of SIGNS) addEventListener(sign, begin, { capture: true, passive: true });
  document.addEventListener("click", hold, true);
})();
