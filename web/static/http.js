/** Asking our own server from a page: always as this session, never twice, and back to the sign-in when it is over. */

const csrf = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** Of what a page asks for without anybody having done anything: it does not keep a session going. */
export const BY_ITSELF = { "X-By-Itself": "yes" };

/** What the server refused; `message` is a sentence for the person. */
export class Refused extends Error {
  constructor(status, error) {
    super(error?.message ?? "This could not be done. Reload the page and try again.");
    this.status = status;
    this.code = error?.code ?? "internal";
    this.rows = error?.rows;
    this.field = error?.field ?? null;
  }
}

async function answered(request) {
  let response;
  try {
    response = await fetch(request);
  } catch {
    throw new Refused(0, { code: "offline", message: "Clientsync cannot be reached. Check your connection and try again." });
  }
  if (response.status === 401) {
    signIn();
  }
  if (!response.ok) {
    const body = await response.json().catch(() => ({}));
    throw new Refused(response.status, body.error);
  }
  return response;
}

/** Lead to the sign-in page, and back here afterwards. */
export function signIn() {
  const here = location.pathname + location.search;
  location.assign(`/sign-in?said=session-over&next=${encodeURIComponent(here)}`);
}

/** Get JSON from a path of ours. */
export async function get(path, { signal } = {}) {
  const response = await answered(new Request(path, { headers: { Accept: "application/json" }, signal }));
  return response.json();
}

/**
 * Send a POST to a path of ours: a FormData as a form, anything else as JSON.
 * Gives the JSON that came back, or null when there is none.
 */
export async function send(path, body = {}) {
  const isForm = body instanceof FormData;
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf };
  if (!isForm) {
    headers["Content-Type"] = "application/json";
  }
  const request = new Request(path, { method: "POST", headers, body: isForm ? body : JSON.stringify(body) });
  const response = await answered(request);
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  return isJson ? response.json() : null;
}

/** The page's address, to be fetched again: it asks what became of what was said at the top to have been begun. */
export function here() {
  const address = new URL(location.href);
  const begun = document.getElementById("said")?.dataset.said;
  if (begun) {
    address.searchParams.set("said", begun);
  }
  return address.href;
}

/** What was said at the top ends in its result. */
export function resay(page) {
  const [said, fresh] = [document.getElementById("said"), page.getElementById("said")];
  if (said?.dataset.said && fresh && fresh.dataset.said !== said.dataset.said) {
    delete said.dataset.said;
    said.replaceChildren(...fresh.childNodes);
  }
}
