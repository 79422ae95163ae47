// Images by button, drop or paste: a mark stands in the text while they travel, then the image.
// Nothing is written while a syllable is composed, and a failure takes no word away.
(() => {
  const editor = window.madangEditor;
  const panel = editor?.form.querySelector("[data-uploads]");
  if (!panel) return;

  const AT_ONCE = 2;
  const NEVER = ["image_refused", "image_too_large"];
  const MARKED = /[!-/:-@[-`{-~]/g; // as image_source() of blog/markdown/images.py
  const { form, source } = editor;
  const say = panel.dataset;
  const list = panel.querySelector("[data-uploads-list]");
  const picker = form.querySelector("[data-image-picker]");
  const paper = form.querySelector("[data-paper]");
  const template = document.getElementById("upload-line");
  const queue = [];
  let sending = 0;

  const isImage = (file) => /^image\/(jpeg|png|webp|gif|avif)$/.test(file.type);
  const hasFiles = (transfer) => Boolean(transfer) && [...transfer.types].includes("Files");

  // Taking files ---------------------------------------------------------------------------------

  function take(files) {
    const jobs = [...files].map((file) => new Job(file));
    if (!jobs.length) return;
    panel.hidden = false;
    editor.whenRested(() => {
      const good = jobs.filter((job) => isImage(job.file));
      if (good.length) {
        const marks = good.map((job) => job.mark()).join("\n\n");
        editor.insertBlock(marks, { first: marks.length + 1 });
      }
      for (const job of jobs) {
        if (isImage(job.file)) wait(job);
        else job.fail(say.sayNotImage, false);
      }
    });
  }

  function wait(job) {
    job.tell(say.sayWaiting);
    queue.push(job);
    next();
  }

  function next() {
    while (sending < AT_ONCE && queue.length) {
      sending += 1;
      queue
        .shift()
        .send()
        .finally(() => {
          sending -= 1;
          next();
        });
    }
  }

  form.querySelector("[data-insert=image]")?.addEventListener("click", (event) => {
    if (!editor.isComposing(event)) picker.click();
  });
  picker.addEventListener("change", (event) => {
    event.stopPropagation();
    take(picker.files);
    picker.value = "";
  });
  source.addEventListener("paste", (event) => {
    const transfer = event.clipboardData;
    // A spreadsheet or a text processor copies a picture of its text along: the text is meant.
    if (event.defaultPrevented || !transfer?.files.length || transfer.getData("text/plain").trim()) return;
    event.preventDefault();
    take(transfer.files);
  });

  // A file dropped beside the text would open in its place and take the page away.
  let depth = 0;
  const hover = (isOver) => paper.classList.toggle("editor__paper--drop", isOver);
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    depth += 1;
    hover(true);
  });
  addEventListener("dragleave", (event) => {
    if (hasFiles(event.dataTransfer) && (depth = Math.max(0, depth - 1)) === 0) hover(false);
  });
  addEventListener("dragover", (event) => {
    if (hasFiles(event.dataTransfer) && event.target.type !== "file") event.preventDefault();
  });
  addEventListener("drop", (event) => {
    depth = 0;
    hover(false);
    if (!hasFiles(event.dataTransfer) || event.target.type === "file" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  addEventListener("beforeunload", (event) => {
    if (sending || queue.length) event.preventDefault();
  });

  // What goes out must not hold the mark of an image that never came.
  form.addEventListener(
    "click",
    (event) => {
      const intent = event.target.closest("button[name=intent]")?.value;
      if (!["publish", "schedule"].includes(intent)) return;
      findLost();
      if (![...taken.keys()].some((mark) => source.value.includes(mark))) return;
      event.preventDefault();
      event.stopPropagation();
      editor.say(say.sayUnfinished);
      panel.querySelector("[data-unfinished]").hidden = false;
      panel.scrollTop = 0; // what failed comes first
      panel.scrollIntoView({ block: "nearest" });
    },
    true,
  );

  // Marks of uploads that this page knows nothing of: a reload or another browser broke them off.
  function findLost() {
    const mark = new RegExp(`!\\[${say.sayPlaceholder}: ([^\\]\\n]*)\\]\\(\\)`, "g");
    for (const [whole, name] of source.value.matchAll(mark)) {
      if (taken.has(whole)) continue;
      const job = new Job({ name });
      job.placeholder = whole;
      taken.set(whole, job);
      job.fail(say.sayLost, false);
      job.button("takeOut").hidden = false;
    }
    panel.hidden = !list.childElementCount;
  }

  // One file -------------------------------------------------------------------------------------

  class Job {
    constructor(file) {
      this.file = file;
      this.line = template.content.firstElementChild.cloneNode(true);
      this.part = (name) => this.line.querySelector(`[data-${name}]`);
      this.button = (act) => this.line.querySelector(`[data-upload-act=${act}]`);
      this.part("name").textContent = file.name;
      this.line.addEventListener("click", (event) => {
        const act = event.target.closest("[data-upload-act]")?.dataset.uploadAct;
        if (act) this[act]();
      });
      this.part("alt").addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        if (editor.isComposing(event)) return;
        event.preventDefault();
        this.describe();
      });
      list.append(this.line);
    }

    mark() {
      const name = this.file.name.normalize("NFC").replace(/[[\]()\\\n]/g, " ").trim();
      const marks = list.querySelectorAll("[data-name]").length;
      this.placeholder = `![${say.sayPlaceholder}: ${name}]()`;
      for (let at = 2; at <= marks + 1 && isTaken(this); at += 1) {
        this.placeholder = `![${say.sayPlaceholder}: ${name} ${at}]()`;
      }
      taken.set(this.placeholder, this);
      return this.placeholder;
    }

    tell(text) {
      this.part("state").textContent = text;
    }

    show(...acts) {
      for (const act of ["retry", "insert"]) this.button(act).hidden = !acts.includes(act);
    }

    send() {
      const progress = this.part("progress");
      this.show();
      this.line.classList.remove("upload--failed");
      progress.hidden = false;
      progress.value = 0;
      this.tell(say.saySending);
      return new Promise((resolve) => {
        const request = (this.request = new XMLHttpRequest());
        const data = new FormData();
        data.append("file", this.file, this.file.name);
        data.append("alt", "");
        request.open("POST", editor.words.imagesUrl);
        request.setRequestHeader("Accept", "application/json");
        request.setRequestHeader("X-CSRFToken", editor.token());
        request.upload.addEventListener("progress", (event) => {
          if (event.lengthComputable) progress.value = (100 * event.loaded) / event.total;
        });
        request.addEventListener("error", () => this.fail(say.sayOffline));
        request.addEventListener("load", () => this.answered(request));
        request.addEventListener("loadend", resolve);
        request.send(data);
      });
    }

    answered(request) {
      let facts = {};
      try {
        facts = JSON.parse(request.responseText);
      } catch {
        // no JSON: an error page of a proxy
      }
      if (request.status === 201 && facts.markdown) return this.arrived(facts);
      if (request.status === 401) return this.fail(say.saySignedOut);
      // A file that was refused for what it is will be so again.
      const isHopeless = NEVER.includes(facts.code);
      this.fail(facts.detail || say.sayFailed, !isHopeless);
      this.button("takeOut").hidden = !isHopeless;
    }

    fail(reason, canRetry = true) {
      this.part("progress").hidden = true;
      this.line.classList.add("upload--failed");
      list.prepend(this.line);
      panel.scrollTop = 0;
      this.tell(reason);
      this.show(...(canRetry ? ["retry"] : []));
    }

    arrived(facts) {
      this.facts = facts;
      this.markdown = facts.markdown;
      this.part("progress").hidden = true;
      const picture = new Image(56, 56);
      picture.alt = "";
      picture.dataset.picture = "";
      picture.src = facts.url;
      this.part("frame").replaceChildren(picture);
      this.part("frame").hidden = false;
      this.part("alt").value = facts.alt;
      this.part("alt-row").hidden = false;
      editor.whenRested(() => {
        taken.delete(this.placeholder);
        settle();
        const isPlaced = editor.exchange(this.placeholder, this.markdown);
        this.tell(isPlaced ? say.sayDone : say.sayKept);
        this.show(...(isPlaced ? [] : ["insert"]));
      });
    }

    // The buttons of the line ------------------------------------------------------------------

    retry() {
      if (!editor.isComposing()) wait(this);
    }

    insert() {
      if (editor.isComposing()) return;
      editor.insertBlock(this.markdown);
      this.tell(say.sayDone);
      this.show();
    }

    describe() {
      if (editor.isComposing()) return;
      const alt = this.part("alt").value.normalize("NFC").replace(/\s+/g, " ").trim();
      const described = `![${alt.replace(MARKED, "\\$&")}](${this.facts.url})`;
      if (described === this.markdown || editor.exchange(this.markdown, described)) {
        this.markdown = described;
        this.tell(say.sayDescribed);
      } else {
        this.markdown = described;
        this.tell(say.sayKept);
        this.show("insert");
      }
    }

    takeOut() {
      this.remove();
    }

    remove() {
      if (editor.isComposing()) return;
      this.request?.abort();
      const place = queue.indexOf(this);
      if (place >= 0) queue.splice(place, 1);
      if (taken.delete(this.placeholder)) editor.exchange(this.placeholder, "");
      this.line.remove();
      settle();
      source.focus({ preventScroll: true });
    }
  }

  function settle() {
    panel.hidden = !list.childElementCount;
    if (!taken.size) panel.querySelector("[data-unfinished]").hidden = true;
  }

  const taken = new Map(); // marks that stand in the text
  const isTaken = (job) => taken.has(job.placeholder) || source.value.includes(job.placeholder);
  findLost();
})();
