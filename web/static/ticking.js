/** Ticking many rows: the box in the head ticks all of the page, and the bar says how many are chosen. */

function boxes() {
  return [...document.querySelectorAll("input[type=checkbox][form=many]")];
}

function recount() {
  const all = boxes();
  const ticked = all.filter((box) => box.checked).length;
  const head = document.querySelector("[data-ticks-all]");
  const counted = document.getElementById("ticked");
  if (head) {
    head.closest("label").hidden = false;
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }
  if (counted) {
    counted.textContent = ticked ? `${ticked.toLocaleString("en-GB")} chosen` : "";
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-ticks-all]")) {
    for (const box of boxes()) {
      box.checked = event.target.checked;
    }
  }
  if (event.target.matches("[data-ticks-all], input[form=many]")) {
    recount();
  }
});

/* A list that changes in place brings new boxes. */
new MutationObserver(recount).observe(document.getElementById("list") ?? document.body, { childList: true });
window.addEventListener("pageshow", recount);
recount();
