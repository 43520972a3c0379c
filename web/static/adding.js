/** Choosing which organisations become clients: what each becomes, teams and owners, and the room that there is. */

import { Selection } from "./selection.js";

const number = new Intl.NumberFormat("en-GB");
/** In the panel of many: what each has stays. */
const KEEP = "keep";
const counted = (count, one, many = `${one}s`) => `${number.format(count)} ${count === 1 ? one : many}`;

export class Adding extends Selection {
  prepare() {
    this.room = Number(this.form.dataset.room);
    this.allowance = Number(this.form.dataset.allowance);
    this.clients = Number(this.form.dataset.clients);
    this.names = new Map(JSON.parse(document.getElementById("linkable").textContent).map((one) => [one.id, one.name]));
    for (const one of this.rows) {
      one.suggests = one.row.dataset.suggests ?? null;
      one.code = one.row.querySelector("input.code");
      one.own = this.written(one); // {as, team, owner}: what was changed for this one
      this.showCode(one);
    }
  }

  /** What the page came with for this one: of a list that was uploaded, or of a form without scripts. */
  written(one) {
    const select = one.row.querySelector("select");
    const as = select ? select.value : this.hidden(one, "as")?.value;
    const own = { as: as === (one.suggests ?? "create") ? undefined : as };
    own.team = this.hidden(one, "team")?.value ?? "";
    own.owner = this.hidden(one, "owner")?.value ?? "";
    return own.as || own.team || own.owner ? own : null;
  }

  hidden(one, what) {
    return one.row.querySelector(`input[type="hidden"][name^="${what}."]`);
  }

  write() {
    for (const one of this.rows) {
      const as = one.row.querySelector("select") ? "" : one.own?.as;
      for (const [what, value] of [["as", as], ["team", one.own?.team], ["owner", one.own?.owner]]) {
        this.hidden(one, what)?.remove();
        if (value) {
          const field = document.createElement("input");
          Object.assign(field, { type: "hidden", name: `${what}.${one.id}`, value });
          one.row.children[3].append(field);
        }
      }
    }
  }

  listen() {
    super.listen();
    document.getElementById("change-chosen").addEventListener("click", () => this.askMany());
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input.code")) {
        event.preventDefault(); // it leads to the next code, and creates nothing
        const after = this.rows.slice(this.rows.findIndex((one) => one.code === event.target) + 1);
        after.find((one) => one.code && !one.code.hidden && !one.row.hidden)?.code.focus();
      }
    });
    this.form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-change]");
      if (button) {
        this.ask([this.byRow.get(button.closest("tr"))]);
      }
    });
    document.getElementById("change-form").addEventListener("submit", () => this.answer());
  }

  changed(one, field) {
    if (field === one.code) {
      this.tell(one, null);
      this.mark(one, true);
    } else {
      this.change(one, { ...one.own, as: field.value });
    }
  }

  mark(one, chosen) {
    super.mark(one, chosen);
    if (!chosen) {
      this.tell(one, null);
    }
  }

  /* Codes */

  showCode(one) {
    if (one.code) {
      one.code.hidden = this.become(one) !== "create"; // a client that is linked keeps its own
    }
  }

  /** Say in its row what is wrong with a code, or nothing any more. */
  tell(one, message) {
    const told = one.code?.parentElement.querySelector(".error");
    if (!one.code || (message === null && !told)) {
      return;
    }
    told?.remove();
    one.code.removeAttribute("aria-invalid");
    one.code.removeAttribute("aria-describedby");
    if (message !== null) {
      one.code.setAttribute("aria-invalid", "true");
      const note = document.createElement("span");
      note.className = "error";
      note.id = `wrong-${one.box.id}`;
      note.textContent = message;
      one.code.after(note);
      one.code.setAttribute("aria-describedby", note.id);
      one.row.hidden = false;
    }
  }

  submit() {
    for (const one of this.rows) {
      this.tell(one, null);
    }
    return super.submit();
  }

  refused(error, selection) {
    super.refused(error, selection);
    const byId = new Map(this.rows.map((one) => [one.id, one]));
    const told = error.rows ?? [{ field: error.field ?? "", message: error.message }];
    const wrong = [];
    for (const { field, message } of told) {
      const place = /^organisations\.(\d+)\.code$/.exec(field)?.[1];
      if (place) {
        const one = byId.get(selection.organisations[place].organisation_id);
        this.tell(one, message);
        wrong.push(one);
      }
    }
    this.rows.find((one) => wrong.includes(one))?.code.focus();
  }

  /* What it comes to */

  become(one) {
    return one.own?.as ?? one.suggests ?? "create";
  }

  detail(chosen) {
    const creates = chosen.filter((one) => this.become(one) === "create").length;
    const links = chosen.length - creates;
    const parts = [creates && `${number.format(creates)} to create`, links && `${number.format(links)} to link`];
    return `: ${parts.filter(Boolean).join(", ")}`;
  }

  weigh(chosen) {
    const creates = chosen.filter((one) => this.become(one) === "create").length;
    const over = creates - this.room;
    const used = `Allowance: ${number.format(this.clients + creates)} of ${counted(this.allowance, "client")} used`;
    document.getElementById("room-words").textContent =
      over > 0
        ? `That is ${number.format(over)} more than your allowance of ${number.format(this.allowance)} has room for.`
        : `${used}${chosen.length ? ", with this choice" : ""}.`;
    const bar = document.getElementById("room-bar");
    bar.classList.toggle("bad", over > 0);
    const share = this.allowance ? (100 * (this.clients + creates)) / this.allowance : 100;
    bar.querySelector(".filled").setAttribute("width", Math.min(100, share).toFixed(2));
    this.form.classList.toggle("over", over > 0);
    this.over = over;
  }

  objection() {
    return this.over > 0 ? `Choose ${number.format(this.over)} fewer, archive clients that have left, or have the allowance raised.` : null;
  }

  /* One of them, on its own */

  ask([one]) {
    this.asked = [one];
    const as = document.getElementById("change-as");
    const options = [new Option("New client", "create")];
    const known = one.suggests && !this.names.has(one.suggests) ? [[one.suggests, this.suggestion(one)]] : [];
    for (const [id, name] of [...known, ...this.names]) {
      options.push(new Option(`Link to ${name}`, id));
    }
    as.replaceChildren(...options);
    as.value = this.become(one);
    this.show(one.row.querySelector("label").textContent, (what) => one.own?.[what] ?? "");
  }

  /** Of all that are ticked and shown, so that a search or a filter says which. */
  askMany() {
    this.asked = this.chosen.filter((one) => !one.row.hidden);
    if (this.asked.length === 0) {
      this.problem("Tick the organisations first.");
      return;
    }
    this.show(`Change ${counted(this.asked.length, "organisation")}`, () => KEEP);
  }

  show(heading, valueOf) {
    const isForMany = valueOf("owner") === KEEP;
    document.getElementById("change-heading").textContent = heading;
    document.getElementById("change-as").parentElement.hidden = isForMany;
    for (const what of ["team", "owner"]) {
      const field = document.getElementById(`change-${what}`);
      if (field) {
        field.querySelector(`option[value="${KEEP}"]`)?.remove();
        if (isForMany) {
          field.prepend(new Option("Leave as it is", KEEP));
        }
        field.value = valueOf(what);
      }
    }
    document.getElementById("change").showModal();
  }

  answer() {
    const isForMany = document.getElementById("change-as").parentElement.hidden;
    for (const one of this.asked) {
      const own = { ...one.own };
      for (const what of isForMany ? ["team", "owner"] : ["as", "team", "owner"]) {
        const value = document.getElementById(`change-${what}`)?.value ?? "";
        if (value !== KEEP) {
          own[what] = value;
        }
      }
      this.change(one, own);
      this.mark(one, true);
    }
    this.sum();
    document.getElementById("change").close();
  }

  change(one, own) {
    one.own = own;
    const as = this.become(one);
    this.showCode(one);
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

  /* Settings of what is created */

  get settings() {
    const form = new FormData(this.form);
    const value = (name) => form.get(name) || null;
    return {
      list_names: ["organisation", ...form.getAll("pulled").filter((name) => name !== "organisation")],
      refresh_hours: Number(value("refresh_hours")),
      contacts: value("contacts"),
      costs_destination: value("costs_destination"),
      costs_status: value("costs_status"),
      sales_destination: value("sales_destination"),
      sales_status: value("sales_status"),
      warns_of_new_suppliers: value("warns") !== null,
    };
  }

  get settingFields() {
    return [...this.form.querySelectorAll("[data-settings] :is(input:not([type=hidden]), select)")];
  }

  suggestion(one) {
    return one.row.querySelector("select option")?.text.replace(/^Link to /, "") ?? "";
  }

  kept() {
    const own = this.rows.filter((one) => one.own).map((one) => [one.id, one.own]);
    const defaults = [...this.form.querySelectorAll("[data-default]")].map((field) => [field.name, field.value]);
    const codes = this.rows.filter((one) => one.code && one.code.value !== (one.code.dataset.suggested ?? one.code.defaultValue));
    return { ...super.kept(), own, defaults, codes: codes.map((one) => [one.id, one.code.value]), settings: this.settingFields.map((field) => [field.id, field.type === "checkbox" ? field.checked : field.value]) };
  }

  restore() {
    const kept = super.restore();
    if (kept) {
      const settings = new Map(kept.settings ?? []);
      for (const field of this.settingFields.filter((one) => settings.has(one.id))) {
        field[field.type === "checkbox" ? "checked" : "value"] = settings.get(field.id);
      }
      const own = new Map(kept.own);
      const codes = new Map(kept.codes ?? []);
      for (const one of this.rows) {
        if (one.code && codes.has(one.id)) {
          one.code.value = codes.get(one.id);
        }
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
    }
    return kept;
  }

  get selection() {
    const value = (name) => this.form.elements[name]?.value || null;
    return {
      settings: this.settings,
      team_id: value("team_id"),
      owner_id: value("owner_id"),
      organisations: this.chosen.map((one) => {
        const as = this.become(one);
        return {
          organisation_id: one.id,
          ...(as === "create" ? {} : { action: "link", client_id: as }),
          ...(as === "create" && one.code?.value.trim() ? { code: one.code.value.trim() } : {}),
          ...(one.own?.team ? { team_id: one.own.team } : {}),
          ...(one.own?.owner ? { owner_id: one.own.owner } : {}),
        };
      }),
    };
  }
}
