// Passkeys: asks the browser for one and sends its answer with the form. A form without this file,
// or in a browser that has no passkeys, shows no button: the password works everywhere.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

/** The question as the browser wants it: binary where JSON has text. */
const asked = ({ publicKey: options }) => {
  const found = { ...options, challenge: bytes(options.challenge) };
  if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) found[list] = options[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return { publicKey: found };
};

/** The answer as JSON. */
const answered = ({ id, rawId, type, response, authenticatorAttachment }) => {
  const found = {};
  for (const part of [
    "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle",
  ]) {
    if (response[part]) found[part] = text(response[part]);
  }
  return JSON.stringify({
    id, rawId: text(rawId), type, authenticatorAttachment, response: found,
    clientExtensionResults: {},
  });
};

// An address that is a number cannot have passkeys.
const able = isSecureContext && window.PublicKeyCredential && !/^[\d.]+$|:/.test(location.hostname);

for (const form of able ? document.querySelectorAll("form[data-passkey]") : []) {
  const button = form.querySelector("button");
  const wrong = form.querySelector("[data-wrong]");
  form.querySelector("[data-cannot]")?.remove();
  form.querySelector("[data-able]")?.removeAttribute("hidden");
  form.hidden = button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    wrong.hidden = true;
    try {
      const reply = await fetch(form.dataset.ask, {
        method: "POST",
        headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      });
      if (!reply.ok) throw new Error(`${reply.status}`);
      const found = await navigator.credentials[form.dataset.passkey](asked(await reply.json()));
      form.elements.answer.value = answered(found);
      form.submit();
    } catch {
      // Refused by the person, by the device or by the network: the sentence is the same.
      wrong.hidden = false;
      button.disabled = false;
    }
  });
}
