// A cover is uploaded as soon as it is chosen or dropped, and saved with the text. Without this
// script, or when it fails, the file goes along with the form.
(() => {
  const box = document.querySelector("[data-cover]");
  const form = box?.closest("form");
  const input = form?.elements.cover;
  const key = form?.elements.cover_key;
  if (!input || !key || !form.dataset.imagesUrl) return;
  const note = box.querySelector("[data-cover-note]");
  let image = box.querySelector("[data-cover-image]");
  const alt = form.elements.cover_alt;

  async function upload(file) {
    // What described the picture before does not describe this one.
    if (alt && key.value && alt.value === alt.defaultValue) alt.value = "";
    const body = new FormData();
    body.append("file", file);
    body.append("alt", alt?.value ?? "");
    note.textContent = box.dataset.sayBusy;
    let detail = "";
    try {
      const response = await fetch(form.dataset.imagesUrl, {
        method: "POST",
        body,
        headers: {
          Accept: "application/json",
          "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
        },
      });
      const answer = await response.json();
      if (response.ok) return arrived(answer);
      detail = answer.detail ?? "";
    } catch {
      // Told below: the file stays in its field and goes along with the form.
    }
    note.textContent = `${box.dataset.sayFailed} ${detail}`.trim();
  }

  function arrived(answer) {
    input.value = "";
    if (form.elements.removes_cover) form.elements.removes_cover.checked = false;
    key.value = answer.key;
    if (alt && !alt.value) alt.value = answer.alt ?? "";
    show(answer);
    note.textContent = "";
    key.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function show(answer) {
    if (!image) {
      image = document.createElement("img");
      image.className = "editor__cover";
      note.before(image);
    }
    image.width = answer.width;
    image.height = answer.height;
    image.alt = answer.alt ?? "";
    image.src = answer.url;
    image.hidden = false;
  }

  input.addEventListener("change", () => input.files[0] && upload(input.files[0]));
  form.elements.removes_cover?.addEventListener("change", ({ target }) => {
    if (image) image.hidden = target.checked;
    key.value = target.checked ? "" : key.defaultValue;
    key.dispatchEvent(new Event("input", { bubbles: true }));
  });
  for (const type of ["dragenter", "dragover"]) {
    box.addEventListener(type, (event) => {
      if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      box.dataset.over = "";
    });
  }
  box.addEventListener("dragleave", () => delete box.dataset.over);
  box.addEventListener("drop", (event) => {
    const file = [...(event.dataTransfer?.files ?? [])].find((one) => one.type.startsWith("image/"));
    delete box.dataset.over;
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    upload(file);
  });
})();
