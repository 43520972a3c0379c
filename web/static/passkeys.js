/**
 * Passkeys: the browser is asked on a press alone, and what it answers goes with an ordinary form.
 * Without them, or at an address that is no name, their forms stay hidden, and the page says why.
 */

import { Refused, send } from "./http.js";

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const textOf = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const described = (list) => (list ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }));

/* What newer browsers have themselves. */

function toCreate(asked) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) {
    return PublicKeyCredential.parseCreationOptionsFromJSON(asked);
  }
  return {
    ...asked,
    challenge: bytesOf(asked.challenge),
    user: { ...asked.user, id: bytesOf(asked.user.id) },
    excludeCredentials: described(asked.excludeCredentials),
  };
}

function toGet(asked) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) {
    return PublicKeyCredential.parseRequestOptionsFromJSON(asked);
  }
  return { ...asked, challenge: bytesOf(asked.challenge), allowCredentials: described(asked.allowCredentials) };
}

function written(credential) {
  const { id, rawId, type, response } = credential;
  const parts = { clientDataJSON: textOf(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) {
      parts[name] = textOf(response[name]);
    }
  }
  if (response.getTransports) {
    parts.transports = response.getTransports();
  }
  return { id, rawId: textOf(rawId), type, response: parts };
}

async function answered(form) {
  const asked = form.querySelector("[data-asked]");
  if (asked) {
    return navigator.credentials.create({ publicKey: toCreate(JSON.parse(asked.textContent)) });
  }
  return navigator.credentials.get({ publicKey: toGet(await send(form.dataset.asks)) });
}

function sentence(error) {
  if (error instanceof Refused) {
    return error.message;
  }
  switch (error.name) {
    case "NotAllowedError":
    case "AbortError":
      return "No passkey was used: it was cancelled, took too long, or there is none here. Try again.";
    case "InvalidStateError":
      return "You have a passkey there already. Choose another place for this one.";
    case "SecurityError":
      return "The browser uses no passkeys at this address.";
    default:
      return "The browser could not use a passkey. Try again, or use another one.";
  }
}

function say(form, words) {
  const said = form.querySelector("[data-passkey-said]");
  said.querySelector("span").textContent = words;
  said.hidden = !words;
}

/** Ask, and send the form with the answer; once at a time. */
async function ask(form) {
  if (form.dataset.asking !== undefined) {
    return;
  }
  form.dataset.asking = "";
  form.setAttribute("aria-busy", "true");
  say(form, "");
  try {
    form.elements.passkey.value = JSON.stringify(written(await answered(form)));
    form.submit();
  } catch (error) {
    delete form.dataset.asking;
    form.removeAttribute("aria-busy");
    say(form, sentence(error));
  }
}

/** The passkey takes the code's place; all else has to be filled in. */
function askBeside(form) {
  const { code } = form.elements;
  code.required = false;
  const isWhole = form.reportValidity();
  code.required = true;
  if (isWhole) {
    code.value = "";
    ask(form);
  }
}

function show(form) {
  form.hidden = false;
  if (form.dataset.passkey === "beside") {
    const button = form.querySelector("[data-passkey-button]");
    button.hidden = false;
    button.addEventListener("click", () => askBeside(form));
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}

/* Where they are asked for from other pages that a person came back to, nothing is under way any more. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-asking]")) {
    delete form.dataset.asking;
    form.removeAttribute("aria-busy");
  }
});

const missing = (one) => (location.origin !== one.dataset.origin ? "place" : window.PublicKeyCredential ? null : "browser");

for (const one of document.querySelectorAll("[data-passkey], [data-where-passkeys-are]")) {
  const why = missing(one);
  if (why) {
    for (const words of document.querySelectorAll(`[data-no-passkeys="${why}"]`)) {
      words.hidden = false;
    }
  } else if (one.dataset.passkey === undefined) {
    one.hidden = false;
  } else {
    show(one);
  }
}
