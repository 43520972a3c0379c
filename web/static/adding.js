/** Choosing which organisations become clients: what each becomes, teams and owners, and the room that there is. */

import { Selection } from "./selection.js";

const number = new Intl.NumberFormat("en-GB");
const counted = (count, one, many = `${one}s`) => `${number.format(count)} ${count === 1 ? one : many}`;

export class Adding extends Selection {
  prepare() {
    this.room = Number(this.form.dataset.room);
    this.allowance = Number(this.form.dataset.allowance);
    this.clients = Number(this.form.dataset.clients);
    this.names = new Map(JSON.parse(document.getElementById("linkable").textContent).map((one) => [one.id, one.name]));
    for (const one of this.rows) {
      one.suggests = one.row.dataset.suggests ?? null;
      one.own = null; // {as, team, owner}: what was changed for this one
    }
  }

  listen() {
    super.listen();
    this.form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-change]");
      if (button) {
        this.ask(this.byRow.get(button.closest("tr")));
      }
    });
    document.getElementById("change-form").addEventListener("submit", () => this.answer());
  }

  changed(one, field) {
    this.change(one, { ...one.own, as: field.value });
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
    document.getElementById("room-words").textContent =
      over > 0
        ? `That is ${number.format(over)} more than your allowance of ${number.format(this.allowance)} has room for.`
        : `Allowance: ${number.format(this.clients + creates)} of ${counted(this.allowance, "client")} used, with this choice.`;
    const bar = document.getElementById("room-bar");
    bar.classList.toggle("bad", over > 0);
    const share = this.allowance ? (100 * (this.clients + creates)) / this.allowance : 100;
    bar.querySelector(".filled").setAttribute("width", Math.min(100, share).toFixed(2));
    this.form.classList.toggle("over", over > 0);
    this.over = over;
  }

  objection() {
    return this.over > 0 ? `Choose ${number.format(this.over)} fewer, or raise the allowance.` : null;
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
    document.getElementById("change-heading").textContent = one.row.querySelector("label").textContent;
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

  kept() {
    const own = this.rows.filter((one) => one.own).map((one) => [one.id, one.own]);
    const defaults = [...this.form.querySelectorAll("[data-default]")].map((field) => [field.name, field.value]);
    return { ...super.kept(), own, defaults };
  }

  restore() {
    const kept = super.restore();
    if (kept) {
      const own = new Map(kept.own);
      for (const one of this.rows) {
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
      team_id: value("team_id"),
      owner_id: value("owner_id"),
      organisations: this.chosen.map((one) => {
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
}
