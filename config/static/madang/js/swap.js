// What goes with a swap by htmx: a word on what happened, and the way on when it did not work.
// Nothing is lost: a form that was refused stays as it is.
(() => {
  const words = document.getElementById("words")?.dataset ?? {};
  const SHOWN = 6000;
  let list;

  function tell(text, level = "success") {
    if (!text) return;
    list ??= document.body.insertBefore(
      Object.assign(document.createElement("div"), { className: "shell notices notices--live" }),
      document.getElementById("main"),
    );
    const notice = document.createElement("div");
    notice.className = `notice notice--${level}`;
    notice.setAttribute("role", level === "error" ? "alert" : "status");
    const line = Object.assign(document.createElement("p"), { className: "notice__text" });
    notice.append(line);
    list.append(notice);
    // Later than it came into the page, empty: then it is read out.
    setTimeout(() => (line.textContent = text), 50);
    setTimeout(() => notice.remove(), level === "error" ? 2 * SHOWN : SHOWN);
  }

  document.addEventListener("madang:notice", (event) => tell(event.detail.text, event.detail.level));
  // An error that says how it wants to be swapped is shown where the form was.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Reswap")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  document.addEventListener("htmx:sendError", () => tell(words.offline, "error"));
  document.addEventListener("htmx:timeout", () => tell(words.offline, "error"));
  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    if (answer.status === 401 && words.signIn) {
      const here = encodeURIComponent(location.pathname + location.search + location.hash);
      location.assign(`${words.signIn}?next=${here}`);
    } else if (!answer.getResponseHeader("HX-Trigger")) {
      tell(answer.status === 429 ? words.tooMany : words.failed, "error");
    }
  });
})();
