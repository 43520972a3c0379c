/** Finding a client from any page (Ctrl-K, or ⌘K), searching the list at hand (/), and looking at one beside the list. */

import { BY_ITSELF, signIn } from "./http.js";

const TYPING = 150; // milliseconds after the last key
const panel = document.getElementById("finding");
const box = panel?.querySelector("input");
const answers = document.getElementById("found");
let asking = null;
let timer = null;

async function piece(address, signal, how = {}) {
  const response = await fetch(address, { headers: { Accept: "text/html", ...how }, redirect: "manual", signal });
  if (response.type === "opaqueredirect" || response.status === 401) {
    signIn();
  }
  if (!response.ok) {
    throw new Error("It could not be read.");
  }
  return response.text();
}

async function look() {
  asking?.abort();
  asking = new AbortController();
  try {
    const text = await piece(`/clients/found?search=${encodeURIComponent(box.value)}`, asking.signal);
    answers.innerHTML = text; // a piece of our own, every value in it escaped
  } catch (error) {
    if (error.name !== "AbortError") {
      answers.textContent = "This could not be read just now. Try again.";
    }
  }
}

function find() {
  if (panel && !panel.open) {
    box.value = "";
    panel.showModal();
    box.focus();
    look();
  }
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches?.("input, select, textarea, [contenteditable]");
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    find();
  } else if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("main input[type=search]");
    event.preventDefault();
    if (search) {
      search.focus();
      search.select();
    } else {
      find();
    }
  }
});

panel?.addEventListener("keydown", (event) => {
  const links = [...answers.querySelectorAll("a")];
  const place = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown" && links.length) {
    links[Math.min(place + 1, links.length - 1)].focus();
  } else if (event.key === "ArrowUp" && links.length) {
    (place > 0 ? links[place - 1] : box).focus();
  } else if (event.key === "Enter" && event.target === box && links.length) {
    links[0].click();
  } else {
    return;
  }
  event.preventDefault();
});

box?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, TYPING);
});

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-finds]")) {
    event.preventDefault();
    find();
    return;
  }
  const opener = event.target.closest("[data-glance]");
  if (!opener) {
    return;
  }
  const drawer = document.getElementById("glance");
  const address = opener.dataset.glance;
  try {
    const text = await piece(`${address}/glance`);
    drawer.querySelector("h2").textContent = opener.dataset.name;
    drawer.querySelector(".panel-body").innerHTML = text; // likewise
    drawer.dataset.of = address;
    drawer.showModal();
    // The list may have been read again meanwhile, with another button of the same client.
    const back = () => (opener.isConnected ? opener : document.querySelector(`[data-glance="${address}"]`))?.focus();
    drawer.addEventListener("close", back, { once: true });
  } catch {
    location.assign(opener.dataset.glance);
  }
});

/* A look that stays open while the list is read again shows what the list shows, unless somebody is at work in it. */
document.addEventListener("page:fresh", async () => {
  const drawer = document.getElementById("glance");
  const body = drawer?.querySelector(".panel-body");
  if (drawer?.open && !body.contains(document.activeElement)) {
    const text = await piece(`${drawer.dataset.of}/glance`, undefined, BY_ITSELF).catch(() => null);
    if (text !== null) {
      body.innerHTML = text;
    }
  }
});
