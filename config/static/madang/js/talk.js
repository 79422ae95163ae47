// A form to answer that was opened below a comment can be closed again; the focus goes back.
(() => {
  document.addEventListener("click", (event) => {
    const slot = event.target.closest("[data-close-answer]")?.closest(".comment__slot");
    if (!slot) return;
    event.preventDefault();
    slot.replaceChildren();
    document.getElementById(`comment-${slot.id.replace("answer-", "")}-answer`)?.focus();
  });
})();
