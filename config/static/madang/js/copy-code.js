// A button on each block of code that copies it.
(() => {
  const words = document.getElementById("words")?.dataset;
  if (!words || !navigator.clipboard) return;
  for (const bar of document.querySelectorAll(".code-block__bar")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "code-block__copy";
    button.textContent = words.copy;
    const said = document.createElement("span");
    said.className = "unseen";
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      const code = bar.parentElement.querySelector("pre");
      try {
        await navigator.clipboard.writeText(code.textContent.replace(/\n$/, ""));
      } catch {
        getSelection().selectAllChildren(code);
        return;
      }
      button.textContent = said.textContent = words.copied;
      setTimeout(() => {
        button.textContent = words.copy;
        said.textContent = "";
      }, 2000);
    });
    bar.append(button, said);
  }
})();
