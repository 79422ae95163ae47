// The numbers beside the bell and the letter follow the news; a rise is read out once.
(() => {
  const news = document.getElementById("news");
  if (!news) return;
  const MOST = 99;

  function show(name, count) {
    let text = "";
    let before = 0;
    for (const link of document.querySelectorAll(`[data-badge="${CSS.escape(name)}"]`)) {
      const number = link.querySelector("[data-badge-number]");
      before = Number(link.dataset.count);
      link.dataset.count = count;
      number.textContent = count > MOST ? `${MOST}+` : count;
      number.hidden = count === 0;
      text = count ? link.dataset.some.replace("{count}", count) : link.dataset.none;
      link.querySelector("[data-badge-text]").textContent = text;
    }
    if (count > before) news.textContent = text;
  }

  document.addEventListener("madang:event", ({ detail }) => {
    if (Number.isInteger(detail.data?.count)) show(detail.name, detail.data.count);
  });
})();
