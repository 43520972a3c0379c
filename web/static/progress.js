/** A run's page as it happens: the server says what is new; the parts of the page that changed are put in place. */

import { BY_ITSELF, here, resay, signIn } from "./http.js";

const SWAPPED = ["run-actions", "run-facts", "run"];
const SAY_EVERY = 5_000;
const TRY_AGAIN_AFTER = 5_000;
const LOST_AFTER = 8_000; // a line that is cut is taken up again within three seconds
const SILENT_AFTER = 40_000; // the server says something every fifteen seconds

const run = () => document.getElementById("run");
let source = null;
let saidAt = 0;
let swapped = Promise.resolve();
let latest = null;
let isTaking = false;
let losing = null;
let isBroken = false;

/** Nothing green is to stand there for long without anybody having said that it still is. */
function loseAfter(milliseconds) {
  clearTimeout(losing);
  losing = setTimeout(() => {
    const [place, words] = [document.getElementById("run-lost"), document.getElementById("run-lost-words")];
    if (!place.hasChildNodes()) {
      place.append(words.content.cloneNode(true));
    }
    document.body.dataset.lost = "";
    if (source?.readyState === EventSource.OPEN) {
      stop(); // silent, though it looks open: a line that nobody answers on
      watch();
    }
    loseAfter(SILENT_AFTER);
  }, milliseconds);
}

function found() {
  clearTimeout(losing);
  isBroken = false;
  document.getElementById("run-lost").replaceChildren();
  delete document.body.dataset.lost;
  if (source !== null) {
    loseAfter(SILENT_AFTER);
  }
}

/**
 * Fetch the page and put its parts in place: all of them, or only those that are marked as live.
 * One after the other, and always anew: an answer that is on its way may be older than what is to be shown now.
 */
function refresh({ whole = true } = {}) {
  const mine = swapped.then(() => swap(whole));
  swapped = mine.catch(() => {});
  return mine;
}

async function swap(whole) {
  const response = await fetch(here(), { headers: { Accept: "text/html", ...BY_ITSELF } });
  if (new URL(response.url).pathname === "/sign-in") {
    signIn();
    return;
  }
  if (response.status >= 500) {
    throw new Error(`${response.status}`); // away for a moment: what is shown stays, and is tried again
  }
  if (!response.ok) {
    location.reload();
    return;
  }
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const ids = whole ? SWAPPED : ["run-actions", "run-facts", ...live(fresh)];
  const hadFocus = run().contains(document.activeElement);
  resay(fresh);
  for (const id of ids) {
    const [old, next] = [document.getElementById(id), fresh.getElementById(id)];
    if (old && next) {
      old.replaceWith(document.adoptNode(next));
    }
  }
  if (!whole) {
    Object.assign(run().dataset, fresh.getElementById("run").dataset);
  } else if (hadFocus) {
    document.getElementById("main").focus({ preventScroll: true });
  }
  document.dispatchEvent(new CustomEvent("run:shown"));
}

function live(page) {
  return [...page.querySelectorAll("#run [data-live][id]")].map((part) => part.id);
}

function say(words, { now = false } = {}) {
  if (now || Date.now() - saidAt >= SAY_EVERY) {
    document.getElementById("run-says").textContent = words;
    saidAt = Date.now();
  }
}

/** Show the newest there is. What comes meanwhile is shown next; what could not be shown is tried again. */
async function take(news) {
  latest = news;
  if (isTaking) {
    return;
  }
  isTaking = true;
  while (latest) {
    const next = latest;
    latest = null;
    try {
      await show(next);
      found();
    } catch {
      latest ??= next;
      loseAfter(0);
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_AFTER));
    }
  }
  isTaking = false;
}

async function show(news) {
  if (news.view !== run().dataset.view) {
    await refresh();
    say(run().dataset.says, { now: true }); // of the page that is shown, which may be newer than the news
  } else if (news.list !== run().dataset.list) {
    await refresh({ whole: document.querySelector("#run [data-live][id]") === null });
  } else {
    const progress = document.getElementById("progress");
    if (progress) {
      const before = new Set(done(progress));
      progress.innerHTML = news.progress; // escaped by the server's templates, like the page itself
      for (const one of progress.querySelectorAll(".names .done")) {
        one.classList.toggle("new", !before.has(one.dataset.key));
      }
      say(news.says);
    }
  }
  if (news.is_over) {
    stop();
  }
}

function done(progress) {
  return [...progress.querySelectorAll(".names .done")].map((one) => one.dataset.key);
}

function watch() {
  if (source !== null || run().dataset.live !== "yes") {
    return;
  }
  source = new EventSource(run().dataset.events);
  source.addEventListener("message", (event) => {
    found();
    take(JSON.parse(event.data));
  });
  source.addEventListener("error", () => {
    if (!isBroken) {
      isBroken = true; // until something is heard again; each further attempt fails with an error of its own
      loseAfter(LOST_AFTER);
    }
    if (source?.readyState === EventSource.CLOSED) {
      // The server answered with something else: the session is over, or the server is being restarted.
      stop();
      setTimeout(() => refresh().then(found).then(watch, watch), TRY_AGAIN_AFTER);
    }
  });
}

function stop() {
  source?.close();
  source = null;
}

if (run()) {
  watch();
  document.addEventListener("run:shown", watch);
  document.addEventListener("run:changed", () => refresh().catch(watch)); // whose first news shows it
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      refresh().catch(watch);
    }
  });
}
