"""The pages: one module for each group of them, each with its ``router``. No business logic, no query.

How a page is made
==================

1. A module here, named for its noun, with ``router = page_router()`` from ``web.kit.viewing`` (signed-in
   colleagues; every POST is checked for its origin and for the session's secret by the router itself), and its
   router in ``ROUTERS`` below. Its template stands in ``templates/``, extends ``base.html`` and fills the blocks
   ``title``, ``heading`` (the page's one ``h1``), ``actions`` (buttons beside it), ``content`` and ``scripts``.
2. A route takes what it needs::

       @router.get("/clients")
       async def show(request: Request, viewer: Viewer, door: Door) -> HTMLResponse:
           found = await door.clients.find(viewer.actor, ClientFilter())
           return render(request, "clients.html", clients=found)

   ``Viewer`` is the signed-in colleague (``viewer.actor`` goes into every operation), ``Admin`` an admin or a 403.
   Who is not signed in is led to the sign-in page and back (scripts get a 401), without a line of yours.
3. **POST, redirect, GET**: a POST ends with ``go("/path", Said.SOMETHING)`` from ``web.kit.confirmations``: 303,
   and the next page shows the sentence once. Sentences are a closed set: add yours to ``Said``. Forms have
   ``{{ csrf_field() }}``; scripts use ``send`` of ``static/http.js``, which sends the header ``X-CSRF-Token``. Fields
   come with ``Annotated[str, Form()]``.
4. **Refusals**: ``Refused`` becomes a page that says what happened, with the fitting status. Where a field is to
   blame, catch it and render the form again with ``status=422`` and ``refusal.message`` beside the field; what the
   person typed stays. Such a form is sent to its own page's path, so that the address still is one that can be opened.
5. **To a provider**: a POST that starts a sign-in ends with ``leave(request, authorize_url, title, allow)`` from
   ``web.kit.rendering``, not with a redirect: Chromium holds the redirects of forms to ``form-action 'self'``.
6. **Words**: times are ``{{ moment|ago }}`` (exact time behind it) or ``{{ moment|at }}``, in the practice's zone;
   ``{{ n|number }}``, ``{{ n|plural("client") }}``, ``{{ enum|words }}``. Everything is escaped.
   In templates, macros are imported without ``with context``; times and ``csrf_field()`` work inside them all the same.
   A piece of a page for a script is ``rendered(viewer, "piece.html", …)``.
7. **Looks**: macros in ``templates/components/`` (``status``, ``forms``, ``tables``, ``panels``, ``parts``); one
   stylesheet. No ``style`` attribute, no inline script, no ``onclick``: the policy forbids them. Behaviour is in
   ``static/*.js``, loaded with ``<script type="module" src="{{ static('name.js') }}">`` in ``scripts``.
   ``base.html`` loads ``page.js``: dialogs (``data-opens``), menus, filters that send themselves (``data-sends``), and
   forms that cannot be sent twice.
8. A page works without scripts where it can: forms and links first, then what scripts add.
"""

from web.pages import home
from web.pages.account import account, passkeys, second_factor, tokens
from web.pages.clients import account as client_account
from web.pages.clients import client, clients, finding, importing, lists, many, timeline
from web.pages.clients.ends import archive, erasing, merging
from web.pages.clients.views import saved_views
from web.pages.connections import change, client_links, connection, disconnecting
from web.pages.connections import health as connections
from web.pages.people import access, colleagues, hand_over, invitation, outbox, practice, team
from web.pages.runs import activity, choice_lists, client_sync, expected, sign_in_links, sign_ins
from web.pages.runs import run as runs
from web.pages.signing_in import forgotten, identity, second_step, signing_in
from web.pages.signing_in import passkey as passkey_sign_in

ROUTERS = (
    home.router,
    signing_in.router,
    signing_in.signed_in_router,
    identity.router,
    second_step.router,
    passkey_sign_in.router,
    invitation.router,
    forgotten.router,
    account.router,
    second_factor.router,
    passkeys.router,
    tokens.router,
    clients.router,
    saved_views.router,
    many.router,
    finding.router,
    client_sync.router,
    access.router,  # before the runs, whose address it would fit
    runs.router,
    choice_lists.router,
    sign_in_links.router,
    sign_ins.router,
    expected.router,
    sign_in_links.open_to_all,
    client_links.router,
    client_links.open_to_all,
    client_account.router,
    importing.router,
    archive.router,
    erasing.router,
    merging.router,
    client.router,
    connection.router,
    change.router,
    disconnecting.router,
    lists.router,
    timeline.router,
    connections.router,
    activity.router,
    practice.router,
    team.router,
    colleagues.router,
    hand_over.router,
    outbox.router,
)
"""All routers of pages; the application takes them in this order."""
