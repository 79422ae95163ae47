// What is needed only when somebody writes is loaded when somebody moves: the page opens sooner.
// <template data-later="…"> names each; madangLater() resolves when all are here.
(() => {
  const SIGNS = ["pointermove", "pointerdown", "touchstart", "keydown", "focusin"];
  let loading;

  function load(waiting) {
    return new Promise((resolve) => {
      const script = document.createElement("script");
      script.async = false; // in their order
      script.addEventListener("load", resolve);
      script.addEventListener("error", resolve);
      script.src = waiting.dataset.later;
      waiting.replaceWith(script);
    });
  }

  window.madangLater = () => {
    for (const sign of SIGNS) removeEventListener(sign, window.madangLater, true);
    loading ??= Promise.all([...document.querySelectorAll("template[data-later]")].map(load)).then(() => {
      document.documentElement.dataset.later = "done";
    });
    return loading;
  };

  for (const sign of SIGNS) addEventListener(sign, window.madangLater, { capture: true, passive: true });
})();
