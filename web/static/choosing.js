/** Makes the list of a run's page one to choose from, whenever it is shown; each kind of run has its own way. */

import { Adding } from "./adding.js";
import { Selection } from "./selection.js";

const KINDS = { "add-clients": Adding };

let current = null;

function begin() {
  const form = document.getElementById("selection");
  if (form && current?.form !== form) {
    current?.save();
    current = new (KINDS[form.dataset.kind] ?? Selection)(form);
    performance.mark("choosing"); // from here on it can be used
  }
}

begin();
document.addEventListener("run:shown", begin);
window.addEventListener("pagehide", () => current?.form.isConnected && current.save());
