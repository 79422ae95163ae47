// The dialog that brings two edits of one text together. It only proposes: the fields change when
// the author presses a button, and only after `keep` said that the site has what is given up.
// madangMerge({base, mine, theirs, merge, keep, labelOf, shownOf}) resolves to the fields to go on
// with, or to null ("later").
(() => {
  window.madangMerge = async ({ base, mine, theirs, merge, keep, labelOf, shownOf }) => {
    const template = document.getElementById("merge-dialog");
    const dialog = template.content.firstElementChild.cloneNode(true);
    document.body.append(dialog);
    const result = dialog.querySelector("[data-result]");
    const answer = await merge({ base: base.source, mine: mine.source, theirs: theirs.source });
    const hunks = answer?.hunks ?? [whole(base.source, mine.source, theirs.source)];
    const choices = hunks.map((hunk) => (hunk.kind === "conflict" ? "mine" : hunk.kind));
    const parts = () => hunks.map((hunk, at) => part(hunk, choices[at]));
    const byHand = dialog.querySelector("[data-by-hand]");

    // Exchanges one stretch of the result; false if something was written into it by hand.
    function choose(at, choice) {
      const before = parts();
      const built = before.join("");
      const start = before.slice(0, at).join("").length;
      const end = start + before[at].length;
      const value = result.value;
      const most = Math.min(built.length, value.length);
      let head = 0;
      while (head < most && built[head] === value[head]) head += 1;
      let tail = 0;
      while (tail < most - head && built.at(-1 - tail) === value.at(-1 - tail)) tail += 1;
      const shift = value.length - built.length;
      if (head < end && built.length - tail > start) return false;
      const moved = head < end ? shift : 0;
      choices[at] = choice;
      result.value = value.slice(0, start + moved) + part(hunks[at], choice) + value.slice(end + moved);
      return true;
    }

    const holder = dialog.querySelector("[data-hunks]");
    hunks.forEach((hunk, at) => {
      if (hunk.kind !== "conflict") return;
      const box = document.getElementById("merge-hunk").content.firstElementChild.cloneNode(true);
      box.querySelector("[data-mine]").textContent = hunk.mine;
      box.querySelector("[data-theirs]").textContent = hunk.theirs;
      for (const radio of box.querySelectorAll("input")) {
        radio.name = `hunk-${at}`;
        radio.addEventListener("change", () => {
          byHand.hidden = choose(at, radio.value);
          if (!byHand.hidden) box.querySelector(`input[value="${choices[at]}"]`).checked = true;
        });
      }
      holder.append(box);
    });
    const others = otherFields(base, mine, theirs, dialog.querySelector("[data-fields]"), labelOf, shownOf);
    result.value = parts().join("");
    dialog.showModal();
    result.setSelectionRange(0, 0);
    result.scrollTop = 0;

    return new Promise((resolve) => {
      const finish = async (fields) => {
        if (fields) {
          for (const button of dialog.querySelectorAll("button")) button.disabled = true;
          const isKept = await keep(fields);
          for (const button of dialog.querySelectorAll("button")) button.disabled = false;
          dialog.querySelector("[data-not-kept]").hidden = isKept;
          if (!isKept) return;
        }
        dialog.close();
        dialog.remove();
        resolve(fields);
      };
      dialog.addEventListener("cancel", (event) => {
        event.preventDefault();
        if (!dialog.querySelector("button:disabled")) finish(null);
      });
      dialog.addEventListener("click", (event) => {
        const act = event.target.closest("[data-act]")?.dataset.act;
        if (act === "later") finish(null);
        if (act === "mine") finish({ ...mine });
        if (act === "theirs") finish({ ...theirs });
        if (act === "take") finish({ ...mine, ...others(), source: result.value });
      });
    });
  };

  const whole = (base, mine, theirs) => ({ kind: "conflict", base, mine, theirs });

  function part(hunk, choice) {
    if (choice === "theirs") return hunk.theirs;
    if (choice !== "both" || hunk.kind === "both") return hunk.mine;
    return hunk.mine + (hunk.mine && !/\s$/.test(hunk.mine) ? "\n\n" : "") + hunk.theirs;
  }

  // Title, tags and the rest: what only one side changed is taken; what both changed is asked.
  function otherFields(base, mine, theirs, holder, labelOf, shownOf) {
    const taken = {};
    const asked = [];
    for (const name of Object.keys(mine)) {
      if (name === "source" || !(name in theirs)) continue;
      if (mine[name] === theirs[name] || theirs[name] === base[name]) taken[name] = mine[name];
      else if (mine[name] === base[name]) taken[name] = theirs[name];
      else asked.push(name);
    }
    for (const name of asked) {
      const label = document.createElement("label");
      const select = document.createElement("select");
      label.className = "field__label";
      label.textContent = labelOf(name);
      select.className = "input";
      for (const [value, fields] of [["mine", mine], ["theirs", theirs]]) {
        const option = document.createElement("option");
        option.value = value;
        option.textContent = shownOf(name, fields[name]);
        select.append(option);
      }
      taken[name] = mine[name];
      select.addEventListener("change", () => {
        taken[name] = (select.value === "mine" ? mine : theirs)[name];
      });
      label.append(select);
      holder.append(label);
    }
    return () => taken;
  }
})();
