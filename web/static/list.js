/**
 * Lists that change in place: what is typed, chosen, sorted or paged is fetched, and the address keeps up with it, so
 * that Back, reload and links work. Without this, the same forms and links load the page.
 *
 * What a page shows is looked at again: a part with `data-refreshes` after so many seconds, parts with `data-keeps-up`
 * with it or once a minute, and all at once when somebody comes back to the page. Nothing green stands there for long
 * without having been read again; where that cannot be done, the page says so and loses its colours.
 */

import { BY_ITSELF, here, resay } from "./http.js";

const TYPING = 180; // milliseconds after the last key
const SECONDS = 60; // after which parts that keep up are old
const TRY_AGAIN_AFTER = 5_000;
const form = document.querySelector("form[data-swaps]");
const name = form?.dataset.swaps ?? document.querySelector("[data-refreshes]")?.id;
const region = document.getElementById(name);
let asking = null;
let timer = null;
let readAt = Date.now();

function wanted() {
  const words = new URLSearchParams();
  for (const [key, value] of new FormData(form)) {
    if (value !== "") {
      words.append(key, value);
    }
  }
  const query = words.toString();
  return query ? `${form.getAttribute("action")}?${query}` : form.getAttribute("action");
}

/** What had the focus in a part, so that it has it again in the new one. */
function focused(part) {
  const active = document.activeElement;
  if (!part.contains(active)) {
    return () => {};
  }
  const href = active.getAttribute("href");
  const value = active.getAttribute("value");
  const text = active.textContent.trim();
  return () => {
    const all = [...part.querySelectorAll("a, button, summary, input")];
    const same = all.find((one) => one.getAttribute("href") === href && one.getAttribute("value") === value && one.textContent.trim() === text);
    const alike = all.find((one) => text && one.textContent.trim() === text);
    (same ?? alike ?? part.querySelector("[tabindex]"))?.focus({ preventScroll: true });
  };
}

/** What is ticked in the list stays ticked, where it is still there. */
function ticked() {
  const values = new Set([...region.querySelectorAll("input[form]:checked")].map((box) => box.value));
  return () => {
    for (const box of region.querySelectorAll("input[form][type=checkbox]")) {
      box.checked = values.has(box.value);
    }
  };
}

function put(part, fresh) {
  const refocus = focused(part);
  part.replaceChildren(...fresh.childNodes);
  refocus();
}

function take(page, { stays }) {
  const fresh = page.getElementById(name);
  if (!fresh) {
    return false;
  }
  const retick = stays ? ticked() : () => {};
  put(region, fresh);
  retick();
  if (fresh.dataset.refreshes) {
    region.dataset.refreshes = fresh.dataset.refreshes;
  } else {
    delete region.dataset.refreshes;
  }
  const counted = document.getElementById(`${name}-counted`);
  const recounted = page.getElementById(`${name}-counted`);
  if (counted && recounted && counted.textContent !== recounted.textContent) {
    counted.textContent = recounted.textContent;
  }
  return true;
}

function keepUp(page) {
  resay(page);
  for (const part of document.querySelectorAll("[data-keeps-up]")) {
    const other = page.getElementById(part.id);
    if (other && other.innerHTML !== part.innerHTML) {
      put(part, other);
    }
  }
}

/** The form's choices as the server has them now, with its counts; what is being typed stays. */
function takeForm(page, { typed }) {
  const fresh = page.querySelector("form[data-swaps]");
  if (!form || !fresh) {
    return;
  }
  for (const select of form.querySelectorAll("select")) {
    const other = fresh.elements[select.name];
    if (other && !(typed && select === document.activeElement)) {
      const chosen = other.value; // before its options move
      select.replaceChildren(...other.childNodes);
      select.value = chosen;
      select.closest(".filter").className = other.closest(".filter")?.className ?? "filter";
    }
  }
  for (const hidden of form.querySelectorAll("input[type=hidden]")) {
    hidden.remove();
  }
  form.append(...fresh.querySelectorAll("input[type=hidden]"));
  if (!typed) {
    for (const box of form.querySelectorAll("input[type=search]")) {
      box.value = fresh.elements[box.name]?.value ?? "";
    }
  }
  for (const link of document.querySelectorAll("[data-follows]")) {
    const other = page.querySelector(`[data-follows="${link.dataset.follows}"]`);
    if (other) {
      link.href = other.getAttribute("href");
    }
  }
}

async function show(address, { how, typed = false }) {
  const isAgain = how === "refresh";
  asking?.abort();
  asking = new AbortController();
  clearTimeout(timer);
  if (!isAgain) {
    region.setAttribute("aria-busy", "true");
  }
  try {
    const headers = { Accept: "text/html", ...(isAgain ? BY_ITSELF : {}) };
    const response = await fetch(address, { headers, signal: asking.signal });
    if (isAgain && response.status >= 500) {
      lose(); // what is there stays; it is looked at again
      return;
    }
    const isHere = new URL(response.url).pathname === location.pathname;
    const page = isHere && response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
    if (!page || (region && !take(page, { stays: isAgain }))) {
      if (region) {
        location.assign(address); // signed out, refused, or another page: shown as it is
      } else {
        lose(); // it may be the answer to a form, which cannot be had again
      }
      return;
    }
    keepUp(page);
    takeForm(page, { typed });
    const landed = new URL(response.url);
    if (how === "push" && landed.href !== location.href) {
      history.pushState(null, "", landed);
    } else if (how === "replace") {
      history.replaceState(history.state, "", landed);
    }
  } catch (error) {
    if (error.name === "AbortError") {
      return;
    }
    if (!isAgain) {
      location.assign(address);
      return;
    }
    lose();
    return;
  }
  region?.removeAttribute("aria-busy");
  readAt = Date.now();
  document.getElementById("lost")?.replaceChildren();
  delete document.body.dataset.lost;
  document.dispatchEvent(new CustomEvent("page:fresh")); // what else shows how clients stand reads it again too
  waitForNext();
}

/** After how many milliseconds the page is old; 0 where nothing on it ages. */
function ages() {
  const seconds = Number(region?.dataset.refreshes) || (document.querySelector("[data-keeps-up]") ? SECONDS : 0);
  return seconds * 1_000;
}

function lookAgain() {
  show(here(), { how: "refresh", typed: true });
}

/** What is shown may be wrong by now: it says so, and nothing on it stays green. */
function lose() {
  const [place, words] = [document.getElementById("lost"), document.getElementById("lost-words")];
  if (place && words && Date.now() - readAt > Math.max(ages(), TRY_AGAIN_AFTER)) {
    if (!place.hasChildNodes()) {
      place.append(words.content.cloneNode(true));
    }
    document.body.dataset.lost = "";
  }
  clearTimeout(timer);
  timer = setTimeout(lookAgain, TRY_AGAIN_AFTER);
}

function waitForNext() {
  clearTimeout(timer);
  const after = ages();
  if (after > 0) {
    timer = setTimeout(() => (document.hidden ? waitForNext() : lookAgain()), after);
  }
}

/* Who comes back to a page that is old sees it as it is now, and not what it was. */
function comesBack() {
  if (!document.hidden && ages() > 0 && Date.now() - readAt >= ages()) {
    lookAgain();
  }
}
document.addEventListener("visibilitychange", comesBack);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    readAt = 0;
    comesBack();
  }
});

if (region) {
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    show(wanted(), { how: "push", typed: true });
  });
  form?.addEventListener("input", (event) => {
    if (event.target.type === "search") {
      clearTimeout(timer);
      timer = setTimeout(() => show(wanted(), { how: "replace", typed: true }), TYPING);
    }
  });
  region.addEventListener("click", (event) => {
    const link = event.target.closest("thead a, .pagination a, .narrowed a, .empty a");
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (link && isPlain && link.pathname === location.pathname) {
      event.preventDefault();
      show(link.href, { how: "push" }).then(() => {
        if (link.closest(".pagination") || !region.contains(link)) {
          region.scrollIntoView({ block: "nearest" });
        }
      });
    }
  });
  window.addEventListener("popstate", () => show(location.href, { how: "none" }));
}
waitForNext();
