// Passkeys: <form data-passkey="get|create"> asks the browser for a credential and sends it along.
// Options come from the JSON element named in data-options, or from the server (data-options-url).
(() => {
  const api = window.PublicKeyCredential;
  if (!api?.parseRequestOptionsFromJSON || !navigator.credentials) return;

  const optionsOf = async (form) => {
    if (form.dataset.options) {
      return JSON.parse(document.getElementById(form.dataset.options).textContent);
    }
    const answer = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`options: ${answer.status}`);
    return (await answer.json()).request_options;
  };

  const askFor = {
    get: (options) =>
      navigator.credentials.get({ publicKey: api.parseRequestOptionsFromJSON(options.publicKey) }),
    create: (options, form) => {
      const wanted = structuredClone(options.publicKey);
      const isAlone = form.elements.passwordless?.checked ?? false;
      wanted.authenticatorSelection = {
        ...wanted.authenticatorSelection,
        residentKey: isAlone ? "required" : "discouraged",
        requireResidentKey: isAlone,
        userVerification: isAlone ? "required" : "preferred",
      };
      return navigator.credentials.create({ publicKey: api.parseCreationOptionsFromJSON(wanted) });
    },
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const complaint = form.querySelector("[data-passkey-error]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      complaint.hidden = true;
      try {
        const credential = await askFor[form.dataset.passkey](await optionsOf(form), form);
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch {
        complaint.hidden = false;
      }
    });
  }
})();
