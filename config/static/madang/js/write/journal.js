// The journal: what is typed, kept in this browser (IndexedDB) until the site has it.
// Entries: {key, owner, post, submission, fields, base: {version, fields}, editedAt}.
(() => {
  const NAME = "madang-journal";
  const STORE = "texts";
  const KEPT_DAYS = 60;
  const DAY = 24 * 3600 * 1000; // milliseconds
  let opening;

  function open() {
    opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        request.result.onclose = () => (opening = undefined);
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    });
    opening.catch(() => (opening = undefined));
    return opening;
  }

  async function within(mode, act) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  }

  window.madangJournal = {
    put: (entry) => within("readwrite", (store) => store.put(entry)),
    remove: (key) => within("readwrite", (store) => store.delete(key)),
    get: (key) => within("readonly", (store) => store.get(key)),

    // Everything of one person, latest first; what is very old goes.
    async of(owner) {
      const all = await within("readonly", (store) => store.getAll());
      const oldest = Date.now() - KEPT_DAYS * DAY;
      for (const entry of all) if (entry.editedAt < oldest) this.remove(entry.key);
      return all
        .filter((entry) => entry.owner === owner && entry.editedAt >= oldest)
        .sort((one, other) => other.editedAt - one.editedAt);
    },
  };
})();
