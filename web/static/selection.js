/**
 * Choosing from a run's list: search, filter, select all, and sending what was chosen.
 *
 * What is chosen is kept in this tab until it is sent: a reload, a further sign-in or an expired session loses nothing.
 * The server has the last word; nothing here decides what may be done. What a kind of run adds stands in a class of its
 * own that extends this one.
 */

import { Refused, send } from "./http.js";

const number = new Intl.NumberFormat("en-GB");

/** Refusals after which the page as it is now says it best: the run is elsewhere, or the session is another one. */
const SAID = { already_selected: "run-moved-on", wrong_stage: "run-moved-on", forbidden: "form-renewed" };

export class Selection {
  constructor(form) {
    this.form = form;
    this.key = `selection:${form.dataset.run}`;
    this.rows = [...form.querySelectorAll("tbody tr")].map((row) => ({
      row,
      id: row.dataset.id,
      group: row.dataset.group,
      isJustAllowed: "justAllowed" in row.dataset,
      box: row.querySelector("input"),
      text: row.dataset.text?.toLocaleLowerCase() ?? row.children[1].textContent.toLocaleLowerCase(),
    }));
    this.byRow = new Map(this.rows.map((one) => [one.row, one]));
    this.search = document.getElementById("find");
    this.filter = document.getElementById("group");
    this.all = document.getElementById("choose-shown");
    this.prepare();
    this.restore();
    this.listen();
    this.sift();
    this.sum();
  }

  /* What a kind of run adds */

  prepare() {}

  /** Put into the form what only this script knows, since it is sent as it is. */
  write() {}

  /** A row's own field was changed. */
  changed() {}

  /** What is said of the chosen ones behind their number. */
  detail() {
    return "";
  }

  /** Tell what the choice comes to. */
  weigh() {}

  /** Why it cannot be sent yet, or null. */
  objection() {
    return null;
  }

  get selection() {
    return { organisations: this.chosen.map((one) => ({ organisation_id: one.id })) };
  }

  listen() {
    this.search.addEventListener("input", () => this.sift());
    this.filter.addEventListener("change", () => this.sift());
    this.all.addEventListener("change", () => this.choose((one) => !one.row.hidden, this.all.checked));
    document.getElementById("choose-none").addEventListener("click", () => this.choose(() => true, false));
    document.getElementById("show-all").addEventListener("click", () => {
      this.search.value = this.filter.value = "";
      this.sift();
      this.search.focus();
    });
    for (const button of this.form.querySelectorAll("[data-choose]")) {
      const group = button.dataset.choose;
      button.addEventListener("click", () => this.choose((one) => !group || one.group === group, true));
    }
    this.form.addEventListener("change", (event) => {
      const one = this.byRow.get(event.target.closest("tbody tr"));
      if (one && event.target === one.box) {
        this.mark(one, one.box.checked);
      } else if (one) {
        this.changed(one, event.target);
      }
      this.sum();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === this.search) {
        event.preventDefault(); // a search is no order to begin
      }
    });
    this.form.addEventListener("submit", (event) => {
      if ("leaves" in (event.submitter?.dataset ?? {})) {
        this.write();
        return;
      }
      event.preventDefault();
      this.submit();
    });
  }

  /* What is shown */

  sift() {
    const words = this.search.value.trim().toLocaleLowerCase();
    const wanted = this.filter.value;
    let shown = 0;
    for (const one of this.rows) {
      const fits =
        (!words || one.text.includes(words)) &&
        (!wanted || this.isOf(one, wanted));
      one.row.hidden = !fits;
      shown += fits;
    }
    document.getElementById("none-shown").hidden = shown > 0;
    this.filter.parentElement.classList.toggle("set", wanted !== "");
    this.head();
    this.keep();
  }

  /** Whether a row is in a group of the filter: a verdict, what was just allowed, or what is chosen. */
  isOf(one, wanted) {
    return wanted === "chosen" ? one.box.checked : wanted === "just-allowed" ? one.isJustAllowed : one.group === wanted;
  }

  head() {
    const shown = this.rows.filter((one) => !one.row.hidden && !one.box.disabled);
    const chosen = shown.filter((one) => one.box.checked).length;
    this.all.checked = shown.length > 0 && chosen === shown.length;
    this.all.indeterminate = chosen > 0 && chosen < shown.length;
    this.all.disabled = shown.length === 0;
  }

  /* What is chosen */

  get chosen() {
    return this.rows.filter((one) => one.box.checked);
  }

  choose(which, chosen) {
    for (const one of this.rows) {
      if (!one.box.disabled && which(one)) {
        this.mark(one, chosen);
      }
    }
    this.sum();
  }

  mark(one, chosen) {
    if (one.box.checked !== chosen) {
      one.box.checked = chosen;
    }
    one.row.classList.toggle("chosen", chosen);
  }

  sum() {
    const chosen = this.chosen;
    document.querySelector("#chosen-words strong").textContent = chosen.length
      ? `${number.format(chosen.length)} chosen${this.detail(chosen)}.`
      : "Nothing chosen yet.";
    const does = this.form.dataset.does;
    document.querySelector("#do span").textContent = chosen.length ? `${does} (${number.format(chosen.length)})` : does;
    this.weigh(chosen);
    this.problem(null);
    this.head();
    this.keep();
  }

  /* Until it is sent, nothing is lost */

  keep() {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.save(), 150);
  }

  save() {
    if (!this.isSent) {
      sessionStorage.setItem(this.key, JSON.stringify(this.kept()));
    }
  }

  kept() {
    const known = this.rows.map((one) => one.id);
    return { chosen: this.chosen.map((one) => one.id), known, search: this.search.value, filter: this.filter.value };
  }

  /** What was kept; null where the page came with a choice of its own, which is at another address than the run. */
  wasKept() {
    if ("fresh" in this.form.dataset) {
      history.replaceState(null, "", `/activity/${this.form.dataset.run}`);
      return null;
    }
    return JSON.parse(sessionStorage.getItem(this.key) ?? "null");
  }

  /** Bring back what was kept; gives it, or null. */
  restore() {
    const kept = this.wasKept();
    const chosen = kept && new Set(kept.chosen);
    const known = new Set(kept?.known ?? this.rows.map((one) => one.id)); // what came since is ticked as the page has it
    for (const one of this.rows) {
      this.mark(one, chosen && known.has(one.id) ? chosen.has(one.id) && !one.box.disabled : one.box.checked);
    }
    if (kept) {
      this.search.value = kept.search;
      this.filter.value = kept.filter;
    }
    return kept;
  }

  /* Sending */

  async submit() {
    const selection = this.selection;
    if (this.isSending) {
      return;
    }
    const wrong = selection.organisations.length ? this.objection() : `Choose at least one ${this.form.dataset.one}.`;
    if (wrong) {
      this.problem(wrong);
      return;
    }
    this.isSending = true;
    this.save();
    this.form.setAttribute("aria-busy", "true");
    try {
      await send(`${this.form.getAttribute("action")}.json`, selection);
      this.isSent = true;
      sessionStorage.removeItem(this.key);
      document.dispatchEvent(new CustomEvent("run:changed")); // `progress.js` shows what comes of it
    } catch (error) {
      this.refused(error, selection);
    } finally {
      this.isSending = false;
      this.form.removeAttribute("aria-busy");
    }
  }

  refused(error, selection) {
    if (!(error instanceof Refused)) {
      throw error;
    }
    const said = SAID[error.code];
    if (said) {
      location.assign(`${location.pathname}?said=${said}`);
      return;
    }
    const place = error.rows?.length > 1 ? null : /^organisations\.(\d+)/.exec(error.field ?? "")?.[1];
    const one = place && this.rows.find((row) => row.id === selection.organisations[place].organisation_id);
    this.problem(one ? `${one.row.querySelector("label").textContent}: ${error.message}` : error.message, one?.row);
  }

  problem(message, row = null) {
    for (const wrong of this.form.querySelectorAll("tr.wrong")) {
      wrong.classList.remove("wrong");
    }
    const place = document.getElementById("problem");
    if (message === null) {
      place.replaceChildren();
      return;
    }
    const note = document.createElement("div");
    note.className = "note bad";
    note.textContent = message;
    place.replaceChildren(note);
    if (row) {
      row.classList.add("wrong");
      row.hidden = false;
      row.scrollIntoView({ block: "center" });
      row.querySelector("input").focus({ preventScroll: true });
    }
  }
}
