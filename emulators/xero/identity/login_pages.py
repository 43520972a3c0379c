"""``/identity/…``: the authorise address, the sign-in page, the consent page and the error page."""

import secrets
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from emulators.books.organisations import Organisation
from emulators.books.people import Person
from emulators.xero.config import SANDBOX_PASSWORD
from emulators.xero.faults import Kind
from emulators.xero.identity.authorising import RequestFaultError, SignIn, SignIns
from emulators.xero.identity.grants import Consent
from emulators.xero.identity.scopes import IDENTITY_SCOPES
from emulators.xero.pages import page
from emulators.xero.world import World

SEE_OTHER = 303
_OTHER_FIELDS = 10


class LoginPages:
    """The pages that a person meets between the app's link and the way back to the app."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sign_ins = SignIns()

    def routes(self) -> list[Route]:
        """The addresses of the pages."""
        return [
            Route("/identity/connect/authorize", self._authorize, methods=["GET"]),
            Route("/identity/sign-in", self._sign_in, methods=["GET", "POST"]),
            Route("/identity/consent", self._consent, methods=["GET", "POST"]),
            Route("/identity/error", self._error, methods=["GET"]),
        ]

    async def _authorize(self, request: Request) -> Response:
        try:
            sign_in = self._sign_ins.begin(self._world.config, request.query_params)
        except RequestFaultError as fault:
            return self._to_error(str(fault))
        return self._sign_in_page(sign_in)

    async def _sign_in(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        sign_in = self._sign_ins.find(form.get("request", request.query_params.get("request", "")))
        if sign_in is None:
            return self._to_error("invalid_request : This sign-in is over; start again from the app")
        if request.method == "GET":
            return self._sign_in_page(sign_in)
        if form.get("action") == "cancel":
            return self._back(sign_in, error="access_denied")
        library, email = self._world.library, form.get("email", "")
        person = library.person_by_email(email) if email.strip() else library.people.get(form.get("person", ""))
        if person is None or form.get("password") != SANDBOX_PASSWORD:
            return self._sign_in_page(sign_in, "This person or password is not known here.")
        sign_in.person_id = person.person_id
        return RedirectResponse(f"/identity/consent?request={sign_in.sign_in_id}", SEE_OTHER)

    def _sign_in_page(self, sign_in: SignIn, problem: str = "") -> Response:
        return page(
            "sign_in.html",
            status=401 if problem else 200,
            form_target=sign_in.origin,
            sign_in=sign_in,
            people=list(self._world.library.people.values()),
            password=SANDBOX_PASSWORD,
            problem=problem,
        )

    async def _consent(self, request: Request) -> Response:
        # Every organisation may be ticked; the form's usual limit of 1,000 fields would refuse a large practice.
        form = await request.form(max_fields=len(self._world.library.organisations) + _OTHER_FIELDS)
        sign_in = self._sign_ins.find(str(form.get("request", request.query_params.get("request", ""))))
        person = self._world.library.people.get(sign_in.person_id or "") if sign_in else None
        if sign_in is None or person is None:
            return self._to_error("invalid_request : This sign-in is over; start again from the app")
        if request.method == "GET":
            return self._first_consent_page(sign_in, person)
        chosen = [str(value) for value in form.getlist("organisation")]
        match str(form.get("action", "allow")):
            case "cancel":
                return self._back(sign_in, error="access_denied")
            case "continue":
                return self._continue(sign_in, person)
            case "allow":
                return self._allow(sign_in, person, chosen)
            case action:
                search = str(form.get("search", ""))
                if action == "select_all":
                    chosen += [row.organisation_id for row in self._choices(person, search)]
                return self._consent_page(sign_in, person, chosen, search=search)

    def _first_consent_page(self, sign_in: SignIn, person: Person) -> Response:
        if not self._asks_for_organisations(sign_in):
            return self._finish(sign_in, person, str(uuid4()))
        cap = self._world.settings.connection_cap
        is_full = cap is not None and len(self._world.connections) >= cap
        if is_full or self._world.faults.take(Kind.CONNECTION_CAP):
            return page("cap.html", form_target=sign_in.origin, sign_in=sign_in)
        return self._consent_page(sign_in, person, [])

    def _consent_page(
        self, sign_in: SignIn, person: Person, chosen: list[str], *, search: str = "", problem: str = ""
    ) -> Response:
        shown = self._choices(person, search)
        names = {row.organisation_id for row in shown}
        kept = [identity for identity in dict.fromkeys(chosen) if identity not in names]
        return page(
            "consent.html",
            status=422 if problem else 200,
            form_target=sign_in.origin,
            sign_in=sign_in,
            person=person,
            shown=shown,
            connected=self._connected(person),
            chosen=set(chosen),
            kept=kept,
            search=search,
            problem=problem,
            scopes=[scope for scope in sign_in.scope if scope not in IDENTITY_SCOPES],
        )

    def _choices(self, person: Person, search: str = "") -> list[Organisation]:
        """What the person may newly connect, by name."""
        connections, term = self._world.connections, search.strip().lower()
        found = [
            row
            for row in self._world.may_connect(person)
            if not connections.exists(person.person_id, row.organisation_id) and term in row.name.lower()
        ]
        return sorted(found, key=lambda row: (row.name, row.organisation_id))

    def _connected(self, person: Person) -> list[Organisation]:
        organisations = self._world.library.organisations
        rows = self._world.connections.of_person(person.person_id)
        return sorted((organisations[row.organisation_id] for row in rows), key=lambda row: row.name)

    def _allow(self, sign_in: SignIn, person: Person, chosen: list[str]) -> Response:
        offered = {row.organisation_id for row in self._choices(person)}
        new = [identity for identity in dict.fromkeys(chosen) if identity in offered]
        if not new:
            return self._consent_page(sign_in, person, [], problem="Choose an organisation first.")
        if len(new) > 1 and not sign_in.is_bulk:
            return self._consent_page(sign_in, person, [], problem="This app connects one organisation at a time.")
        cap = self._world.settings.connection_cap
        if cap is not None and len(self._world.connections) + len(new) > cap:
            problem = f"This app may connect {cap} organisations; choose fewer."
            return self._consent_page(sign_in, person, chosen, problem=problem)
        event_id = str(uuid4())
        for organisation_id in new:
            self._world.connections.allow(person.person_id, organisation_id, event_id)
        return self._finish(sign_in, person, event_id)

    def _continue(self, sign_in: SignIn, person: Person) -> Response:
        connected = self._world.connections.of_person(person.person_id)
        if not connected:
            return self._consent_page(sign_in, person, [], problem="Choose an organisation first.")
        event_id = str(uuid4())
        if self._world.settings.continue_restamps:
            for connection in connected:
                self._world.connections.allow(person.person_id, connection.organisation_id, event_id)
        return self._finish(sign_in, person, event_id)

    def _finish(self, sign_in: SignIn, person: Person, event_id: str) -> Response:
        world = self._world
        session_id = secrets.token_hex(16)
        consent = Consent(
            person_id=person.person_id,
            scope=world.grants.granted_scope(person.person_id, sign_in.scope),
            event_id=event_id,
            auth_time=int(world.clock.now()),
            session_id=session_id,
            nonce=sign_in.nonce,
        )
        world.save()
        code = world.grants.new_code(consent, sign_in.redirect_uri, sign_in.challenge)
        return self._back(sign_in, code=code, scope=" ".join(sign_in.scope), session_state=session_id)

    def _back(self, sign_in: SignIn, **parameters: str) -> Response:
        self._sign_ins.end(sign_in)
        return RedirectResponse(
            sign_in.back(**parameters),
            SEE_OTHER,
            headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
        )

    def _to_error(self, words: str) -> Response:
        return RedirectResponse(f"/identity/error?errorId={self._sign_ins.new_error(words)}", SEE_OTHER)

    async def _error(self, request: Request) -> Response:
        words = self._sign_ins.error(request.query_params.get("errorId", ""))
        return page("error.html", status=500, words=words)

    @staticmethod
    def _asks_for_organisations(sign_in: SignIn) -> bool:
        return any(scope not in IDENTITY_SCOPES for scope in sign_in.scope)
