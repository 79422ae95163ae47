// Saves while its author types, and never writes the fields unless asked to.
//
// Every change is in the journal within a second and on the site within five. A save names the
// version it started from; whatever goes wrong, the text stays in the journal and a notice says so.
(() => {
  const panel = document.querySelector("[data-writing]");
  const form = panel?.closest("form");
  if (!form) return;

  // On Back, a browser would put old words over what the site has by then: the journal offers them
  // with the version they belong to. Said here, for without scripts the browser's way is all there is.
  form.autocomplete = "off";

  const JOURNAL_AFTER = 250; // milliseconds after the last change
  const JOURNAL_WITHIN = 800; // …and at the latest
  const JOURNAL_PATIENCE = 1000; // no browser's storage may keep a text from being sent
  const SAVE_AFTER = 1500;
  const SAVE_WITHIN = 3500;
  const COMPOSING_PAUSE = 2500; // a composition that rests this long is read, not disturbed
  const RETRY_FIRST = 2000;
  const RETRY_LONGEST = 30000;
  const WATCH_SIGN_IN = 4000;
  const LOOK_AGAIN = 15000;

  const { read, rendered, write, isSame, hasText, toSend, fromStored, labelOf, shownOf, differing } =
    window.madangFields(form);
  const words = panel.dataset;
  const journal = window.madangJournal;
  const status = form.querySelector("[data-save-status]");
  const notice = panel.querySelector("[data-notice]");
  const tab = [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("");
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("madang-writing") : null;

  let post = words.post || "";
  let saveUrl = words.saveUrl || "";
  let stateUrl = words.stateUrl || "";
  let version = Number(words.version || 0);
  let base = { version, fields: "unsaved" in words ? {} : rendered() }; // what the site has
  let editedAt = 0;
  let journalTimer, journalDue, saveTimer, saveDue, retryTimer, watchTimer;
  let retryPause = RETRY_FIRST;
  let inFlight = null;
  let trouble = ""; // offline, server, signed-out, other-person, conflict, limited, refused, gone
  let theirs = null; // the stored copy of a conflict
  let keepsPresent = false;
  let awaits = false; // publishing was asked for and could not be done
  let composedAt = 0;
  let isLeaving = false;
  let lookedAt = Date.now();

  const key = `${words.owner}:${tab}`;
  const isDirty = () => !isSame(read(), base.fields);
  const isComposing = () => Boolean(window.madangEditor?.isComposing());

  // The journal ----------------------------------------------------------------------------------

  function toJournal() {
    clearTimeout(journalTimer);
    journalTimer = undefined;
    journalDue = undefined;
    const fields = read();
    if (isSame(fields, base.fields)) return journal?.remove(key).catch(() => {});
    const entry = {
      key,
      tab,
      owner: words.owner,
      post,
      submission: form.elements.submission?.value || "",
      fields,
      base,
      editedAt: editedAt || Date.now(),
    };
    return (journal ? journal.put(entry) : Promise.reject()).then(
      () => {
        // A save may have been quicker than the journal.
        if (trouble) say();
        else if (!inFlight && isDirty()) say("kept");
      },
      () => say("noJournal"),
    );
  }

  function scheduleJournal() {
    const now = Date.now();
    journalDue ??= now + JOURNAL_WITHIN;
    clearTimeout(journalTimer);
    journalTimer = setTimeout(toJournal, Math.max(0, Math.min(JOURNAL_AFTER, journalDue - now)));
  }

  // Saving ---------------------------------------------------------------------------------------

  function scheduleSave(pause = SAVE_AFTER) {
    const now = Date.now();
    saveDue ??= now + SAVE_WITHIN;
    clearTimeout(saveTimer);
    saveTimer = setTimeout(saveNow, Math.max(0, Math.min(pause, saveDue - now)));
  }

  function saveNow() {
    clearTimeout(saveTimer);
    const rested = Date.now() - composedAt;
    if (isComposing() && rested < COMPOSING_PAUSE) {
      saveTimer = setTimeout(saveNow, COMPOSING_PAUSE - rested + 50);
      return inFlight ?? Promise.resolve(false);
    }
    saveDue = undefined;
    return save();
  }

  // Resolves to whether the site has everything now.
  async function save() {
    if (inFlight) {
      await inFlight;
      return isDirty() ? save() : !trouble;
    }
    const fields = read();
    if (isSame(fields, base.fields)) return true;
    if (trouble === "conflict" || trouble === "gone") return false;
    if (!post && !hasText(fields)) return false;
    say("saving");
    inFlight = send(fields).catch(() => fail(navigator.onLine ? "server" : "offline"));
    const isSaved = await inFlight;
    inFlight = null;
    if (isSaved && isDirty()) scheduleSave();
    return isSaved && !isDirty();
  }

  async function send(fields, isSecond = false) {
    const sent = toSend(fields);
    if (fields.cover_alt === base.fields.cover_alt) delete sent.cover_alt; // of the image, not of the text
    const headers = post ? { "If-Match": `"${version}"` } : {};
    if (keepsPresent) sent.keeps_present = true;
    if (!post) sent.submission = form.elements.submission.value;
    const response = await ask(post ? saveUrl : words.saveNewUrl, sent, headers);
    if (response.ok) return arrived(await response.json(), fields);
    if (response.type === "opaqueredirect") return fail("signed-out");
    const problem = await response.json().catch(() => ({}));
    if (problem.code === "csrf_failed" && !isSecond && (await renewToken())) return send(fields, true);
    if (problem.code === "csrf_failed") return fail(whoElse(await whoIsHere().catch(() => null)) || "signed-out");
    if (response.status === 401) return fail("signed-out");
    if (response.status === 409 && problem.stored) return conflict(problem);
    if (response.status === 429) return fail("limited", Number(response.headers.get("Retry-After")));
    if (response.status === 404 || response.status === 410) return lost();
    if (response.status === 403) return lost();
    if (response.status >= 500) return fail("server");
    return fail("refused", 0, problem.field ? `${labelOf(problem.field)}: ${problem.detail}` : problem.detail);
  }

  function ask(url, data, headers = {}) {
    return fetch(url, {
      method: "POST",
      credentials: "same-origin",
      redirect: "manual",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
        ...headers,
      },
      body: JSON.stringify(data),
      signal: AbortSignal.timeout?.(30000),
    });
  }

  function arrived(facts, fields) {
    version = facts.version;
    base = { version, fields };
    if (form.elements.version) form.elements.version.value = String(version);
    if (!post) {
      post = String(facts.id);
      saveUrl = facts.save_url;
      stateUrl = facts.state_url;
      panel.dataset.post = form.dataset.postId = post;
      form.action = facts.edit_url;
      history.replaceState(history.state, "", facts.edit_url);
    }
    keepsPresent = false;
    if (form.elements.settles) form.elements.settles.value = "";
    clearTrouble();
    retryPause = RETRY_FIRST;
    toJournal();
    say("saved");
    channel?.postMessage({ tab, post, version });
    form.dispatchEvent(new CustomEvent("madang:saved", { detail: { version, post } }));
    return true;
  }

  function conflict(problem) {
    theirs = { version: problem.version, fields: fromStored(problem.stored, base.fields), post: problem.id };
    if (!post) {
      // The form had made an article already: go on with that one.
      post = String(problem.id);
      saveUrl = problem.save_url;
      stateUrl = problem.state_url;
      version = problem.version;
      form.action = problem.edit_url;
      history.replaceState(history.state, "", problem.edit_url);
    }
    return fail("conflict");
  }

  // Not found: signed in as somebody else, or really gone.
  async function lost() {
    return fail(whoElse(await whoIsHere().catch(() => null)) || "gone");
  }

  const isOwner = (owner) => owner === words.owner;

  // The trouble with who is signed in; "" if it is the owner or cannot be told.
  function whoElse(who) {
    if (!who || isOwner(who.owner)) return "";
    return who.owner ? "other-person" : "signed-out";
  }

  async function whoIsHere() {
    const response = await fetch(words.tokenUrl, {
      headers: { Accept: "application/json" },
      cache: "no-store",
    });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  function takeToken(who) {
    if (!who?.owner || !isOwner(who.owner)) return false;
    form.elements.csrfmiddlewaretoken.value = who.csrf;
    return true;
  }

  const renewToken = async () => takeToken(await whoIsHere());

  function fail(kind, seconds = 0, detail = "") {
    trouble = kind;
    toJournal();
    say();
    tell(kind, detail);
    clearTimeout(retryTimer);
    clearTimeout(watchTimer);
    if (kind === "offline" || kind === "server" || kind === "limited") {
      retryTimer = setTimeout(retry, seconds ? seconds * 1000 : retryPause);
      retryPause = Math.min(retryPause * 2, RETRY_LONGEST);
    }
    if (kind === "signed-out" || kind === "other-person") watchTimer = setTimeout(watch, WATCH_SIGN_IN);
    return false;
  }

  function retry() {
    clearTimeout(retryTimer);
    saveDue = undefined;
    if (trouble === "gone") trouble = ""; // it may have been brought back
    if (trouble && trouble !== "conflict" && !inFlight && !isDirty()) return lookAround();
    return save();
  }

  // With nothing to save: is the site there again, and who is signed in?
  async function lookAround() {
    const who = await whoIsHere().catch(() => null);
    if (!who) return fail(navigator.onLine ? "server" : "offline");
    if (whoElse(who)) return fail(whoElse(who));
    takeToken(who);
    clearTrouble();
    arrivedAlready();
    return true;
  }

  // What was written goes into an article of its own, when the one it belonged to is gone.
  async function asNew() {
    const parts = [...crypto.getRandomValues(new Uint8Array(16))];
    form.elements.submission.value = parts.map((part) => part.toString(16).padStart(2, "0")).join("");
    post = saveUrl = stateUrl = "";
    version = 0;
    base = { version, fields: {} };
    awaits = false;
    clearTrouble();
    if (await save()) location.replace(form.action);
  }

  // After a sign-in beside this tab, saving goes on by itself.
  async function watch() {
    clearTimeout(watchTimer);
    if (trouble !== "signed-out" && trouble !== "other-person") return;
    const who = document.visibilityState === "visible" ? await whoIsHere().catch(() => null) : null;
    if (takeToken(who)) return void (await retry());
    if (whoElse(who) && whoElse(who) !== trouble) return void fail(whoElse(who));
    watchTimer = setTimeout(watch, WATCH_SIGN_IN);
  }

  // What is said ---------------------------------------------------------------------------------

  const SAID = {
    saving: words.saySaving,
    saved: words.saySaved,
    kept: words.sayKept,
    noJournal: words.sayNoJournal,
  };
  const TOLD = {
    offline: words.sayOffline,
    server: words.sayServer,
    conflict: words.sayConflict,
    "signed-out": words.saySignedOut,
    "other-person": words.sayOtherPerson,
    limited: words.sayLimited,
    refused: words.sayRefused,
    gone: words.sayGone,
    newer: words.sayNewer,
    again: words.sayAgain,
    empty: words.sayEmpty,
  };

  function say(kind) {
    panel.dataset.state = trouble || kind || "kept";
    if (!status) return;
    const text = trouble ? words.sayLeaving : SAID[kind ?? "kept"];
    if (status.textContent !== text) status.textContent = text;
  }

  function tell(kind, detail = "") {
    const text = `${awaits ? words.sayNotPublished : ""} ${TOLD[kind]} ${detail ?? ""}`.trim();
    const line = notice.querySelector("[data-notice-text]");
    if (line.textContent !== text) line.textContent = text;
    for (const part of notice.querySelectorAll("[data-show-for]")) {
      part.hidden = !part.dataset.showFor.split(" ").includes(kind);
    }
    notice.dataset.kind = kind;
    notice.hidden = false;
  }

  function clearTrouble() {
    const isMended = !["", "refused"].includes(trouble);
    trouble = "";
    notice.hidden = true;
    if (awaits && isMended) tell("again");
    awaits = false;
    clearTimeout(retryTimer);
    clearTimeout(watchTimer);
  }

  // Conflicts and newer versions -----------------------------------------------------------------

  async function settle() {
    if (!theirs) return;
    await window.madangLater?.("merging");
    if (!window.madangMerge) return; // without a connection: the notice stays, with its button
    const mine = read();
    const chosen = await window.madangMerge({
      base: base.fields,
      mine,
      theirs: theirs.fields,
      labelOf,
      shownOf,
      keep: (fields) => isSame(fields, mine) || keep(mine),
      merge: (texts) =>
        ask(words.mergeUrl, texts)
          .then((response) => (response.ok ? response.json() : null))
          .catch(() => null),
    });
    if (!chosen) return;
    version = theirs.version;
    base = { version, fields: theirs.fields };
    theirs = null;
    keepsPresent = true;
    clearTrouble();
    write(chosen);
    editedAt = Date.now();
    await toJournal();
    if (isDirty()) await save();
    else arrivedAlready();
  }

  // What the fields are about to lose becomes a revision first; resolves to whether it is one.
  async function keep(fields, isSecond = false) {
    const response = await ask(saveUrl, { keeps: toSend(fields) }, { "If-Match": `"${theirs.version}"` }).catch(() => null);
    if (response?.status === 403 && !isSecond && (await renewToken().catch(() => false))) return keep(fields, true);
    return Boolean(response?.ok);
  }

  function arrivedAlready() {
    if (form.elements.version) form.elements.version.value = String(version);
    say("saved");
  }

  async function lookForNewer() {
    if (!stateUrl || trouble === "conflict") return;
    lookedAt = Date.now();
    const response = await fetch(stateUrl, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!response.ok) return;
    const state = await response.json();
    if (state.version <= version || inFlight) return;
    theirs = { version: state.version, fields: fromStored(state.stored, base.fields) };
    if (isDirty()) fail("conflict");
    else tell("newer");
  }

  channel?.addEventListener("message", ({ data }) => {
    if (data.tab !== tab && data.post === post && data.version > version) lookForNewer().catch(() => {});
  });

  function load() {
    if (!theirs) return;
    if (isDirty()) return void fail("conflict"); // something was typed since it was offered
    version = theirs.version;
    base = { version, fields: theirs.fields };
    write(theirs.fields);
    theirs = null;
    clearTrouble();
    arrivedAlready();
  }

  // What the journal still holds -----------------------------------------------------------------

  const restoring = window.madangRestoring(panel, form, {
    read,
    isSame,
    differing,
    labelOf,
    shownOf,
    hasText,
    isDirty,
    key,
    tab,
    post: () => post,
    base: () => base,
    ask,
    save,
    goOnFrom(earlier, fields) {
      version = earlier.version;
      base = earlier;
      editedAt = Date.now();
      write(fields);
      return toJournal();
    },
  });

  const ACTS = {
    retry,
    merge: settle,
    load,
    "as-new": asNew,
    restore: restoring.restore,
    compare: restoring.compare,
    forget: restoring.forget,
    dismiss: () => (notice.hidden = true),
  };
  panel.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) ACTS[act]?.();
  });

  // Events ---------------------------------------------------------------------------------------

  function changed() {
    editedAt = Date.now();
    scheduleJournal();
    if (trouble === "refused" || notice.dataset.kind === "empty") clearTrouble();
    if (!trouble) scheduleSave();
  }

  form.addEventListener("input", (event) => {
    if (event.isComposing) composedAt = Date.now();
    changed();
  });
  form.addEventListener("change", changed);
  form.addEventListener("compositionstart", () => (composedAt = Date.now()));
  form.addEventListener("compositionend", changed);
  const isEmpty = () => !post && !hasText(read());
  form.addEventListener("madang:save", () => {
    if (isEmpty()) tell("empty");
    else retry();
  });
  addEventListener("online", () => (trouble === "offline" || trouble === "server") && retry());
  addEventListener("offline", () => isDirty() && fail("offline"));
  addEventListener("focus", () => {
    watch();
    if (Date.now() - lookedAt > LOOK_AGAIN) lookForNewer().catch(() => {});
    if (["offline", "server", "gone"].includes(trouble)) retry();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") return void watch();
    if (journalTimer) toJournal();
    if (isDirty() && !trouble) saveNow();
  });
  addEventListener("pageshow", () => {
    if (isDirty()) changed();
  });
  addEventListener("pagehide", () => {
    if (journalTimer || isDirty()) toJournal();
  });

  // A button sends the form only after the site has the text, so that nothing hangs on that answer.
  form.addEventListener(
    "submit",
    async (event) => {
      if (isLeaving) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = event.submitter;
      if (isComposing()) return;
      if (isEmpty()) return tell("empty");
      await Promise.race([toJournal(), new Promise((go) => setTimeout(go, JOURNAL_PATIENCE))]);
      awaits = false;
      if (trouble && trouble !== "conflict") clearTrouble();
      const goesOut = ["publish", "schedule"].includes(button?.value);
      const isSaved = isDirty() ? await save() : !goesOut || (await lookAround());
      if (!isSaved && !(trouble === "" || trouble === "refused")) {
        awaits = goesOut;
        tell(trouble);
        notice.scrollIntoView({ block: "center" });
        return;
      }
      isLeaving = true;
      form.requestSubmit(button?.form === form ? button : undefined);
      isLeaving = false;
    },
    true,
  );

  say(isDirty() ? "kept" : "saved");
  if (status && !post) status.textContent = "";
  restoring.offer().catch(() => {});
})();
