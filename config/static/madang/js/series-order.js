// <ol data-order="address"> of forms works by itself; this moves the rows in place, by the same
// buttons, by dragging the handle, or by Alt+↑ and Alt+↓ anywhere in a row. Each move is sent as
// "this article behind that one", so that moves which are still on their way cannot mix up.
(() => {
  const list = document.querySelector("[data-order]");
  if (!list) return;
  const status = document.querySelector("[data-order-status]");
  const problem = document.querySelector("[data-order-problem]");
  const help = document.querySelector("[data-with-script]");
  const rows = () => [...list.children];
  const behind = (row) => row.previousElementSibling?.dataset.id ?? "0";

  // Numbers, and what each button would send if the page were used without this script.
  const renumber = () => {
    const all = rows();
    all.forEach((row, index) => {
      const isFirst = index === 0;
      const isLast = index === all.length - 1;
      row.querySelector("[data-number]").textContent = index + 1;
      const values = {
        first: "0",
        up: index > 1 ? all[index - 2].dataset.id : "0",
        down: isLast ? row.dataset.id : all[index + 1].dataset.id,
        last: isLast ? row.dataset.id : all.at(-1).dataset.id,
      };
      for (const [name, value] of Object.entries(values)) {
        const button = row.querySelector(`button[name="${name}"]`);
        button.value = value;
        const isIdle = name === "first" || name === "up" ? isFirst : isLast;
        if (isIdle) button.setAttribute("aria-disabled", "true");
        else button.removeAttribute("aria-disabled");
      }
    });
  };

  const announce = (row) => {
    const all = rows();
    const words = {
      title: row.dataset.title,
      place: all.indexOf(row) + 1,
      total: all.length,
    };
    status.textContent = list.dataset.moved.replace(/\{(\w+)\}/g, (_all, name) => words[name]);
  };

  const arrange = (order) => {
    const focused = document.activeElement;
    const byId = new Map(rows().map((row) => [row.dataset.id, row]));
    const wished = order.map((id) => byId.get(String(id))).filter(Boolean);
    if (wished.length === byId.size && wished.some((row, index) => rows()[index] !== row)) {
      list.append(...wished);
      if (list.contains(focused)) focused.focus();
    }
    renumber();
  };

  // One request after the other: the order in which they arrive is the order of the moves.
  let queue = Promise.resolve();
  let waiting = 0;
  const send = (row) => {
    const body = new URLSearchParams({
      post: row.dataset.id,
      after: behind(row),
      csrfmiddlewaretoken: row.querySelector("[name=csrfmiddlewaretoken]").value,
    });
    waiting += 1;
    queue = queue.then(async () => {
      let order = null;
      let words = list.dataset.failed;
      try {
        const response = await fetch(list.dataset.order, {
          method: "POST",
          body,
          headers: { Accept: "application/json" },
        });
        const answer = await response.json();
        if (response.ok) order = answer.order;
        else words = answer.detail || words;
      } catch {
        // No connection, or an answer that is no JSON: the words above say what to do.
      }
      waiting -= 1;
      problem.textContent = order ? "" : words;
      if (order && waiting === 0) arrange(order);
    });
  };

  const place = (row, index) => {
    const all = rows();
    const from = all.indexOf(row);
    const to = Math.max(0, Math.min(all.length - 1, index));
    if (to === from) return announce(row);
    const focused = row.contains(document.activeElement) ? document.activeElement : null;
    if (to > from) all[to].after(row);
    else all[to].before(row);
    focused?.focus();
    row.scrollIntoView({ block: "nearest" });
    renumber();
    announce(row);
    send(row);
  };

  list.addEventListener("submit", (event) => {
    const name = event.submitter?.name;
    if (!["first", "up", "down", "last"].includes(name)) return;
    event.preventDefault();
    const row = event.target.closest("li");
    const index = rows().indexOf(row);
    place(row, { first: 0, up: index - 1, down: index + 1, last: Infinity }[name]);
  });

  list.addEventListener("keydown", (event) => {
    if (event.isComposing || !event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    const row = event.target.closest("li");
    if (!row) return;
    event.preventDefault();
    place(row, rows().indexOf(row) + (event.key === "ArrowUp" ? -1 : 1));
  });

  // Dragging: pointer events, so that a finger does what a mouse does.
  let drag = null;
  const follow = () => {
    const shift = drag.y + scrollY - drag.startY - (drag.row.offsetTop - drag.startTop);
    drag.row.style.setProperty("translate", `0 ${shift}px`);
    const middle = drag.row.getBoundingClientRect().top + drag.row.offsetHeight / 2;
    for (const other of rows()) {
      if (other === drag.row) continue;
      const box = other.getBoundingClientRect();
      const center = box.top + box.height / 2;
      const isBefore = other.compareDocumentPosition(drag.row) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (isBefore && middle < center) {
        other.before(drag.row);
        return follow();
      }
      if (!isBefore && middle > center) {
        other.after(drag.row);
        return follow();
      }
    }
  };
  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button !== 0 || drag) return;
    event.preventDefault();
    const row = grip.closest("li");
    drag = {
      row,
      grip,
      y: event.clientY,
      startY: event.clientY + scrollY,
      startTop: row.offsetTop,
      startIndex: rows().indexOf(row),
    };
    grip.setPointerCapture(event.pointerId);
    row.classList.add("order__item--moving");
  });
  list.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.y = event.clientY;
    follow();
    const edge = 60;
    if (event.clientY < edge) scrollBy(0, -12);
    else if (event.clientY > innerHeight - edge) scrollBy(0, 12);
  });
  const drop = (isKept) => {
    if (!drag) return;
    const { row, startIndex } = drag;
    drag = null;
    row.classList.remove("order__item--moving");
    row.style.removeProperty("translate");
    if (!isKept) {
      const others = rows().filter((other) => other !== row);
      if (others[startIndex]) others[startIndex].before(row);
      else list.append(row);
    } else if (rows().indexOf(row) !== startIndex) {
      announce(row);
      send(row);
    }
    renumber();
  };
  list.addEventListener("pointerup", () => drop(true));
  list.addEventListener("pointercancel", () => drop(false));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) drop(false);
  });

  list.classList.add("order--script");
  if (help) help.textContent = help.dataset.withScript;
})();
