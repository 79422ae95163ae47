// Hands the key to the page that opened this window, and to no other; then the window may go.
(() => {
  const { origin } = document.getElementById("hand-over").dataset;
  const message = JSON.parse(document.getElementById("message").textContent);
  if (!window.opener) {
    document.getElementById("lost").hidden = false;
    return;
  }
  window.opener.postMessage(message, origin);
  setTimeout(() => window.close(), 400);
})();
