// Text and preview scroll together, heading by heading. The side under the hand leads; the other
// follows and is never answered, so the two cannot push each other.
(() => {
  const editor = window.madangEditor;
  const pane = editor?.form.querySelector("[data-preview]");
  if (!pane) return;

  const MANY = 80; // headings; beyond that the share of the length is good enough
  const LONG = 300000; // characters
  const { source } = editor;
  let leader = source;
  let places = null;
  let frame = 0;

  const reach = (box) => Math.max(0, box.scrollHeight - box.clientHeight);

  // Pairs [top in the text, top in the preview] of the headings that both sides have.
  function measure() {
    const pairs = [[0, 0]];
    const text = source.value;
    const shown = [...pane.querySelectorAll(".prose > :is(h1, h2, h3, h4, h5, h6)")];
    const written = [];
    let fence = "";
    let at = 0;
    for (const line of text.length < LONG ? text.split("\n") : []) {
      const mark = /^ {0,3}(```+|~~~+)/.exec(line)?.[1][0] ?? "";
      if (mark && (!fence || fence === mark)) fence = fence ? "" : mark;
      else if (!fence && /^ {0,3}#{1,6}(\s|$)/.test(line)) written.push(at);
      at += line.length + 1;
    }
    if (written.length && written.length === shown.length && written.length <= MANY) {
      const top = source.getBoundingClientRect().top - source.scrollTop;
      const paneTop = pane.getBoundingClientRect().top - pane.scrollTop;
      written.forEach((offset, index) => {
        const box = new window.madangEditorParts.InputRange(source, offset, offset).getBoundingClientRect();
        pairs.push([box.top - top, shown[index].getBoundingClientRect().top - paneTop]);
      });
    }
    pairs.push([source.scrollHeight, pane.scrollHeight]);
    return pairs;
  }

  function follow() {
    frame = 0;
    if (!reach(source) || !reach(pane) || !pane.offsetParent) return;
    places ??= measure();
    const [from, to] = leader === source ? [0, 1] : [1, 0];
    const [lead, other] = leader === source ? [source, pane] : [pane, source];
    if (lead.scrollTop <= 0) return void (other.scrollTop = 0);
    if (lead.scrollTop >= reach(lead) - 1) return void (other.scrollTop = reach(other));
    let index = places.findIndex((pair) => pair[from] > lead.scrollTop);
    if (index < 1) index = places.length - 1;
    const [before, after] = [places[index - 1], places[index]];
    const share = (lead.scrollTop - before[from]) / Math.max(1, after[from] - before[from]);
    other.scrollTop = before[to] + share * (after[to] - before[to]);
  }

  for (const box of [source, pane]) {
    for (const type of ["wheel", "touchstart", "pointerdown", "keydown", "focusin"]) {
      box.addEventListener(type, () => (leader = box), { passive: true });
    }
    box.addEventListener("scroll", () => {
      if (box === leader) frame ||= requestAnimationFrame(follow);
    });
  }
  const forget = () => (places = null);
  source.addEventListener("input", () => {
    leader = source;
    forget();
  });
  addEventListener("resize", forget);
  pane.addEventListener("load", forget, true);
  pane.addEventListener("madang:previewed", () => {
    forget();
    if (leader === source) frame ||= requestAnimationFrame(follow);
  });
})();
