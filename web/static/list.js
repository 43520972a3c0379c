/**
 * Lists that change in place: what is typed, chosen, sorted or paged is fetched, and the address keeps up with it, so
 * that Back, reload and links work. A list with `data-refreshes` (seconds) is looked at again while it has it.
 * Without this, the same forms and links load the page.
 */

import { here, resay } from "./http.js";

const TYPING = 180; // milliseconds after the last key
const form = document.querySelector("form[data-swaps]");
const name = form?.dataset.swaps ?? document.querySelector("[data-refreshes]")?.id;
const region = document.getElementById(name);
let asking = null;
let timer = null;

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

/** What had the focus in the list, so that it has it again in the new one. */
function focused() {
  const active = document.activeElement;
  if (!region.contains(active)) {
    return () => {};
  }
  const href = active.getAttribute("href");
  const text = active.textContent.trim();
  return () => {
    const links = [...region.querySelectorAll("a, button, summary")];
    const same = links.find((link) => href && link.getAttribute("href") === href && link.textContent.trim() === text);
    const alike = links.find((link) => link.textContent.trim() === text);
    (same ?? alike ?? region.querySelector("[tabindex]"))?.focus({ preventScroll: true });
  };
}

function take(page) {
  const fresh = page.getElementById(name);
  if (!fresh) {
    return false;
  }
  const refocus = focused();
  region.replaceChildren(...fresh.childNodes);
  if (fresh.dataset.refreshes) {
    region.dataset.refreshes = fresh.dataset.refreshes;
  } else {
    delete region.dataset.refreshes;
  }
  refocus();
  resay(page);
  const counted = document.getElementById(`${name}-counted`);
  const recounted = page.getElementById(`${name}-counted`);
  if (counted && recounted && counted.textContent !== recounted.textContent) {
    counted.textContent = recounted.textContent;
  }
  return true;
}

/** The form's choices as the server has them now, with its counts; what is being typed stays. */
function takeForm(page, { typed }) {
  const fresh = page.querySelector("form[data-swaps]");
  if (!form || !fresh) {
    return;
  }
  for (const select of form.querySelectorAll("select")) {
    const other = fresh.elements[select.name];
    if (other) {
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
  for (const part of document.querySelectorAll("[data-keeps-up]")) {
    const other = page.getElementById(part.id);
    if (other && other.innerHTML !== part.innerHTML) {
      part.replaceChildren(...other.childNodes);
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
  asking?.abort();
  asking = new AbortController();
  clearTimeout(timer);
  if (how !== "refresh") {
    region.setAttribute("aria-busy", "true");
  }
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, signal: asking.signal });
    if (how === "refresh" && response.status >= 500) {
      waitForNext(); // what is there stays; it is looked at again
      return;
    }
    const isHere = new URL(response.url).pathname === location.pathname;
    const page = isHere && response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
    if (!page || !take(page)) {
      location.assign(address); // signed out, refused, or another page: shown as it is
      return;
    }
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
    if (how !== "refresh") {
      location.assign(address);
      return;
    }
  }
  region.removeAttribute("aria-busy");
  waitForNext();
}

function waitForNext() {
  clearTimeout(timer);
  const seconds = Number(region.dataset.refreshes);
  if (seconds > 0) {
    const look = () => (document.hidden ? waitForNext() : show(here(), { how: "refresh", typed: true }));
    timer = setTimeout(look, seconds * 1000);
  }
}

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
  waitForNext();
}
