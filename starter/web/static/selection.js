/**
 * Choosing organisations: search, filter, select all, a choice for each, and what it all comes to.
 *
 * What is chosen is kept in this tab until it is sent: a reload, a further sign-in or an expired session loses nothing.
 * The server has the last word; nothing here decides what may be done.
 */

import { Refused, send } from "./http.js";

const number = new Intl.NumberFormat("en-GB");
const counted = (count, one, many = `${one}s`) => `${number.format(count)} ${count === 1 ? one : many}`;

class Selection {
  constructor(form) {
    this.form = form;
    this.key = `selection:${form.dataset.run}`;
    this.room = Number(form.dataset.room);
    this.allowance = Number(form.dataset.allowance);
    this.clients = Number(form.dataset.clients);
    this.rows = [...form.querySelectorAll("tbody tr")].map((row) => ({
      row,
      id: row.dataset.id,
      verdict: row.dataset.verdict,
      suggests: row.dataset.suggests ?? null,
      box: row.querySelector("input"),
      text: row.children[1].textContent.toLocaleLowerCase(),
      own: null, // {as, team, owner}: what was changed for this one
    }));
    this.byRow = new Map(this.rows.map((one) => [one.row, one]));
    this.names = new Map(JSON.parse(document.getElementById("linkable").textContent).map((one) => [one.id, one.name]));
    this.search = document.getElementById("find");
    this.filter = document.getElementById("verdict");
    this.all = document.getElementById("choose-shown");
    this.restore();
    this.listen();
    this.sift();
    this.sum();
  }

  listen() {
    const on = (id, kind, act) => document.getElementById(id).addEventListener(kind, act);
    on("find", "input", () => this.sift());
    on("verdict", "change", () => this.sift());
    on("choose-new", "click", () => this.choose((one) => one.verdict === "new", true));
    on("choose-none", "click", () => this.choose(() => true, false));
    on("choose-shown", "change", () => this.choose((one) => !one.row.hidden, this.all.checked));
    on("show-all", "click", () => {
      this.search.value = this.filter.value = "";
      this.sift();
      this.search.focus();
    });
    this.form.addEventListener("change", (event) => {
      const one = this.byRow.get(event.target.closest("tbody tr"));
      if (one && event.target === one.box) {
        this.mark(one, one.box.checked);
      } else if (one) {
        this.change(one, { ...one.own, as: event.target.value });
      }
      this.sum();
    });
    this.form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-change]");
      if (button) {
        this.ask(this.byRow.get(button.closest("tr")));
      }
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === this.search) {
        event.preventDefault(); // a search is no order to create accounts
      }
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    document.getElementById("change-form").addEventListener("submit", () => this.answer());
  }

  /* What is shown */

  sift() {
    const words = this.search.value.trim().toLocaleLowerCase();
    const wanted = this.filter.value;
    let shown = 0;
    for (const one of this.rows) {
      const fits =
        (!words || one.text.includes(words)) &&
        (!wanted || (wanted === "chosen" ? one.box.checked : one.verdict === wanted));
      one.row.hidden = !fits;
      shown += fits;
    }
    document.getElementById("none-shown").hidden = shown > 0;
    this.filter.parentElement.classList.toggle("set", wanted !== "");
    this.head();
    this.keep();
  }

  head() {
    const shown = this.rows.filter((one) => !one.row.hidden && !one.box.disabled);
    const chosen = shown.filter((one) => one.box.checked).length;
    this.all.checked = shown.length > 0 && chosen === shown.length;
    this.all.indeterminate = chosen > 0 && chosen < shown.length;
    this.all.disabled = shown.length === 0;
  }

  /* What is chosen */

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

  become(one) {
    return one.own?.as ?? one.suggests ?? "create";
  }

  sum() {
    const chosen = this.rows.filter((one) => one.box.checked);
    const creates = chosen.filter((one) => this.become(one) === "create").length;
    const links = chosen.length - creates;
    const over = creates - this.room;
    const parts = [creates && `${number.format(creates)} to create`, links && `${number.format(links)} to link`];
    const words = document.getElementById("chosen-words");
    words.querySelector("strong").textContent = chosen.length
      ? `${number.format(chosen.length)} chosen: ${parts.filter(Boolean).join(", ")}.`
      : "Nothing chosen yet.";
    document.getElementById("room-words").textContent =
      over > 0
        ? `That is ${number.format(over)} more than your allowance of ${number.format(this.allowance)} has room for.`
        : `Allowance: ${number.format(this.clients + creates)} of ${counted(this.allowance, "client")} used, with this choice.`;
    const bar = document.getElementById("room-bar");
    bar.classList.toggle("bad", over > 0);
    const share = this.allowance ? (100 * (this.clients + creates)) / this.allowance : 100;
    bar.querySelector(".filled").setAttribute("width", Math.min(100, share).toFixed(2));
    this.form.classList.toggle("over", over > 0);
    document.querySelector("#create span").textContent = chosen.length
      ? `Create accounts (${number.format(chosen.length)})`
      : "Create accounts";
    this.over = over;
    this.problem(null);
    this.head();
    this.keep();
  }

  /* One of them, on its own */

  ask(one) {
    this.asked = one;
    const as = document.getElementById("change-as");
    const options = [new Option("New client", "create")];
    const known = one.suggests && !this.names.has(one.suggests) ? [[one.suggests, this.suggestion(one)]] : [];
    for (const [id, name] of [...known, ...this.names]) {
      options.push(new Option(`Link to ${name}`, id));
    }
    as.replaceChildren(...options);
    as.value = this.become(one);
    document.getElementById("change-name").textContent = one.row.querySelector("label").textContent;
    for (const what of ["team", "owner"]) {
      const field = document.getElementById(`change-${what}`);
      if (field) {
        field.value = one.own?.[what] ?? "";
      }
    }
    document.getElementById("change").showModal();
  }

  answer() {
    const value = (what) => document.getElementById(`change-${what}`)?.value ?? "";
    this.change(this.asked, { as: value("as"), team: value("team"), owner: value("owner") });
    this.mark(this.asked, true);
    this.sum();
    document.getElementById("change").close();
  }

  change(one, own) {
    one.own = own;
    const as = this.become(one);
    const name = as === "create" ? "New client" : `Link to ${this.names.get(as) ?? this.suggestion(one)}`;
    const select = one.row.querySelector("select");
    if (select) {
      if (![...select.options].some((option) => option.value === as)) {
        select.add(new Option(name, as));
      }
      select.value = as;
    } else {
      const becomes = one.row.querySelector(".becomes");
      becomes.textContent = becomes.title = name;
    }
    const chosenOf = (what) => {
      const field = document.getElementById(`change-${what}`);
      return own[what] && field ? [...field.options].find((option) => option.value === own[what])?.text : null;
    };
    one.row.querySelector(".own").textContent = [chosenOf("team"), chosenOf("owner")].filter(Boolean).join(" · ");
  }

  suggestion(one) {
    return one.row.querySelector("select option")?.text.replace(/^Link to /, "") ?? "";
  }

  /* Until it is sent, nothing is lost */

  keep() {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.save(), 150);
  }

  save() {
    if (this.isSent) {
      return;
    }
    const own = this.rows.filter((one) => one.own).map((one) => [one.id, one.own]);
    const defaults = [...this.form.querySelectorAll("[data-default]")].map((field) => [field.name, field.value]);
    const kept = {
      chosen: this.rows.filter((one) => one.box.checked).map((one) => one.id),
      own,
      defaults,
      search: this.search.value,
      filter: this.filter.value,
    };
    sessionStorage.setItem(this.key, JSON.stringify(kept));
  }

  restore() {
    const kept = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
    if (kept === null) {
      this.rows.forEach((one) => this.mark(one, one.box.checked));
      return;
    }
    const chosen = new Set(kept.chosen);
    const own = new Map(kept.own);
    for (const one of this.rows) {
      this.mark(one, chosen.has(one.id) && !one.box.disabled);
      if (own.has(one.id)) {
        this.change(one, own.get(one.id));
      }
    }
    for (const [name, value] of kept.defaults) {
      const field = this.form.elements[name];
      if (field && [...field.options].some((option) => option.value === value)) {
        field.value = value;
      }
    }
    this.search.value = kept.search;
    this.filter.value = kept.filter;
  }

  /* Sending */

  get selection() {
    const value = (name) => this.form.elements[name]?.value || null;
    return {
      team_id: value("team_id"),
      owner_id: value("owner_id"),
      organisations: this.rows
        .filter((one) => one.box.checked)
        .map((one) => {
          const as = this.become(one);
          return {
            organisation_id: one.id,
            ...(as === "create" ? {} : { action: "link", client_id: as }),
            ...(one.own?.team ? { team_id: one.own.team } : {}),
            ...(one.own?.owner ? { owner_id: one.own.owner } : {}),
          };
        }),
    };
  }

  async submit() {
    const selection = this.selection;
    if (this.isSending) {
      return;
    }
    if (selection.organisations.length === 0) {
      this.problem("Choose at least one organisation.");
      return;
    }
    if (this.over > 0) {
      this.problem(`Choose ${number.format(this.over)} fewer, or raise the allowance.`);
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
    if (error.code === "already_selected" || error.code === "wrong_stage") {
      location.assign(`${location.pathname}?said=run-moved-on`);
      return;
    }
    const place = /^organisations\.(\d+)/.exec(error.field ?? "")?.[1];
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

let current = null;

function begin() {
  const form = document.getElementById("selection");
  if (form && current?.form !== form) {
    current?.save();
    current = new Selection(form);
  }
}

begin();
document.addEventListener("run:shown", begin);
window.addEventListener("pagehide", () => current?.form.isConnected && current.save());
