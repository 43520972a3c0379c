/** What every page has: panels, menus, forms that are sent once, filters that send themselves. All works without it. */

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    open(document.getElementById(opener.dataset.opens), opener.closest("details[data-menu]"));
    event.preventDefault();
    return;
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) {
    closer.closest("dialog")?.close();
    return;
  }
  if (event.target instanceof HTMLDialogElement) {
    const box = event.target.getBoundingClientRect();
    const isOutside =
      event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (isOutside && event.target.dataset.stays === undefined) {
      event.target.close();
    }
  }
  closeMenus(event.target.closest("details[data-menu]"));
});

/** A link in a menu is gone when the panel closes: what had opened the menu gets the focus then. */
function open(panel, menu) {
  if (menu) {
    menu.removeAttribute("open");
    panel.addEventListener("close", () => menu.querySelector("summary").focus(), { once: true });
  }
  panel.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    const hadFocus = menu.contains(document.activeElement);
    menu.removeAttribute("open");
    if (hadFocus) {
      menu.querySelector("summary").focus();
    }
  }
});

function closeMenus(but) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== but) {
      menu.removeAttribute("open");
    }
  }
}

/* A second press sends nothing, whatever the form; the buttons say that something is under way. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.submitter?.dataset.stays !== undefined) {
    return; // a file that is saved leaves the page as it is
  }
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  if (!event.defaultPrevented) {
    form.dataset.sent = "";
    form.setAttribute("aria-busy", "true");
  }
});

/* Back brings a page back as it was left; its forms can be sent again. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

/* Filters: a choice is sent at once; empty ones stay out of the address. */
for (const form of document.querySelectorAll("form[data-sends]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=checkbox]:not([data-folds])")) {
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", () => {
    for (const field of form.elements) {
      if (field.name && field.value === "") {
        field.disabled = true;
      }
    }
    setTimeout(() => {
      for (const field of form.elements) {
        field.disabled = false;
      }
    });
  });
}

/* In a narrow window the open one of several tabs may lie beyond the edge. */
function showCurrent() {
  for (const current of document.querySelectorAll(":is(.places, .tabs, .side) [aria-current]")) {
    const row = current.parentElement;
    row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
  }
}
showCurrent();
window.addEventListener("resize", showCurrent);

/* What was just done is said once: a reload or a bookmark does not repeat it. */
const here = new URL(location.href);
if (here.searchParams.has("said")) {
  here.searchParams.delete("said");
  history.replaceState(history.state, "", here);
}
