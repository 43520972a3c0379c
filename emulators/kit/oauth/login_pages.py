"""The pages between the app's link and the way back: region, sign-in, organisations, consent, takeover, error."""

import secrets
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from emulators.books.organisations import Organisation
from emulators.books.people import Person
from emulators.kit.config import SANDBOX_PASSWORD
from emulators.kit.faults.faults import CONNECTION_CAP, SIGN_IN_REFUSED
from emulators.kit.oauth.authorising import AppToldError, RequestFaultError, SignIn, SignIns
from emulators.kit.oauth.grants import Consent, in_region
from emulators.kit.oauth.identity_wire import IdentityWire
from emulators.kit.oauth.policies import ConsentPage, Offered, Owner, Paths, Picker
from emulators.kit.pages import Pages
from emulators.kit.world import World

SEE_OTHER = 303
_OTHER_FIELDS = 10
_OVER = "invalid_request : This sign-in is over; start again from the app"


class LoginPages:
    """The pages that a person meets.

    Args:
        world: Who can sign in, and to what.
        wire: How the platform writes.
        paths: Where the pages are.
        pages: How they are written.
    """

    def __init__(self, world: World, wire: IdentityWire, paths: Paths, pages: Pages) -> None:
        self._world = world
        self._wire = wire
        self._paths = paths
        self._pages = pages
        self._sign_ins = SignIns()

    def routes(self) -> list[Route]:
        """The addresses of the pages."""
        return [
            Route(self._paths.authorize, self._authorize, methods=["GET"]),
            Route(self._paths.region, self._region, methods=["POST"]),
            Route(self._paths.sign_in, self._sign_in, methods=["GET", "POST"]),
            Route(self._paths.consent, self._consent, methods=["GET", "POST"]),
            Route(self._paths.error, self._error, methods=["GET"]),
        ]

    async def _authorize(self, request: Request) -> Response:
        try:
            sign_in = self._sign_ins.begin(
                self._world.config,
                self._world.policies,
                request.query_params,
                repeats_state=self._world.repeats_state,
            )
        except RequestFaultError as fault:
            return self._to_error(str(fault))
        except AppToldError as told:
            return _redirect(told.address)
        if self._world.policies.regions and sign_in.region is None:
            return self._page("region.html", sign_in, regions=self._world.policies.regions)
        return self._sign_in_page(sign_in)

    async def _region(self, request: Request) -> Response:
        form = await request.form()
        sign_in, region = self._sign_ins.find(str(form.get("request", ""))), str(form.get("region", ""))
        if sign_in is None or region not in self._world.policies.regions:
            return self._to_error(_OVER)
        sign_in.region = region
        return RedirectResponse(f"{self._paths.sign_in}?request={sign_in.sign_in_id}", SEE_OTHER)

    async def _sign_in(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        sign_in = self._sign_ins.find(form.get("request", request.query_params.get("request", "")))
        if sign_in is None:
            return self._to_error(_OVER)
        if request.method == "GET":
            return self._sign_in_page(sign_in)
        if form.get("action") == "cancel":
            return self._back(sign_in, error="access_denied")
        library, email = self._world.library, form.get("email", "")
        person = library.person_by_email(email) if email.strip() else library.people.get(form.get("person", ""))
        if person is None or form.get("password") != SANDBOX_PASSWORD:
            return self._sign_in_page(sign_in, "This person or password is not known here.")
        if refused := self._world.faults.take(SIGN_IN_REFUSED, person_id=person.person_id):
            return self._back(sign_in, error=refused.problem)
        if sign_in.region is not None and not self._world.is_known_in(person, sign_in.region):
            return self._back(sign_in, **self._wire.not_known_there(sign_in))
        sign_in.person_id = person.person_id
        return RedirectResponse(f"{self._paths.consent}?request={sign_in.sign_in_id}", SEE_OTHER)

    def _sign_in_page(self, sign_in: SignIn, problem: str = "") -> Response:
        return self._page(
            "sign_in.html",
            sign_in,
            status=401 if problem else 200,
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
            return self._to_error(_OVER)
        if request.method == "GET":
            return self._first_consent_page(sign_in, person)
        chosen = [str(value) for value in form.getlist("organisation")]
        match str(form.get("action", "allow")):
            case "cancel":
                return self._back(sign_in, error="access_denied")
            case "continue":
                return self._continue(sign_in, person)
            case "allow" | "take_over" as action:
                return self._allow(sign_in, person, chosen, takes_over=action == "take_over")
            case action:
                search = str(form.get("search", ""))
                if action == "select_all":
                    chosen += [row.organisation_id for row in self._choices(person, search)]
                return self._consent_page(sign_in, person, chosen, search=search)

    def _first_consent_page(self, sign_in: SignIn, person: Person) -> Response:
        if not self._asks_for_organisations(sign_in) or self._has_agreed(sign_in, person):
            return self._finish(sign_in, person, str(uuid4()))
        cap = self._world.connection_cap
        is_full = cap is not None and len(self._world.connections) >= cap
        if is_full or self._world.faults.take(CONNECTION_CAP):
            return self._page("cap.html", sign_in)
        return self._consent_page(sign_in, person, [])

    def _has_agreed(self, sign_in: SignIn, person: Person) -> bool:
        """Whether nobody has to be asked, because a valid grant covers the request."""
        if self._world.policies.consent_page is not ConsentPage.WHEN_NEW or sign_in.picker is not Picker.NONE:
            return False
        region = sign_in.region if self._world.grants_are_regional else None
        known = self._world.grants.living(in_region(person.person_id, region))
        if known is None:
            return False
        implied = self._world.policies.implied_scopes
        return set(sign_in.scope) <= set(known.scope).union(*(implied.get(scope, ()) for scope in known.scope))

    def _consent_page(
        self, sign_in: SignIn, person: Person, chosen: list[str], *, search: str = "", problem: str = ""
    ) -> Response:
        shown = self._choices(person, search)
        names = {row.organisation_id for row in shown}
        kept = [identity for identity in dict.fromkeys(chosen) if identity not in names]
        identity_scopes = self._world.policies.identity_scopes
        return self._page(
            "consent.html",
            sign_in,
            status=422 if problem else 200,
            person=person,
            shown=shown,
            connected=self._connected(person),
            first=self._world.first_choice(person),
            chosen=set(chosen),
            kept=kept,
            search=search,
            problem=problem,
            scopes=[scope for scope in sign_in.scope if scope not in identity_scopes],
        )

    def _choices(self, person: Person, search: str = "") -> list[Organisation]:
        """What the person may choose, by name, their own first."""
        world, term = self._world, search.strip().lower()
        offers_all = world.policies.offered is Offered.ALL
        found = [
            row
            for row in world.may_connect(person)
            if (offers_all or not world.connections.exists(person.person_id, row.organisation_id))
            and term in row.name.lower()
        ]
        first = world.first_choice(person)
        return sorted(found, key=lambda row: (row.organisation_id != first, row.name, row.organisation_id))

    def _connected(self, person: Person) -> list[Organisation]:
        """The organisations that the person has connected already, where the page shows them."""
        if self._world.policies.offered is Offered.ALL:
            return []
        organisations = self._world.library.organisations
        rows = self._world.connections.of_person(person.person_id)
        return sorted((organisations[row.organisation_id] for row in rows), key=lambda row: row.name)

    def _allow(self, sign_in: SignIn, person: Person, chosen: list[str], *, takes_over: bool) -> Response:
        event_id = str(uuid4())
        if sign_in.picker is Picker.NONE:
            return self._finish(sign_in, person, event_id)
        offered = {row.organisation_id for row in self._choices(person)}
        new = [identity for identity in dict.fromkeys(chosen) if identity in offered]
        if not new:
            return self._consent_page(sign_in, person, [], problem="Choose an organisation first.")
        if len(new) > 1 and not sign_in.is_many:
            return self._consent_page(sign_in, person, [], problem="This app connects one organisation at a time.")
        cap = self._world.connection_cap
        if cap is not None and len(self._world.connections) + len(new) > cap:
            problem = f"This app may connect {cap} organisations; choose fewer."
            return self._consent_page(sign_in, person, chosen, problem=problem)
        if self._world.policies.owner is Owner.ORGANISATION:
            holder = self._holder(new[0], person)
            if holder and self._world.policies.asks_takeover and not takes_over:
                organisation = self._world.library.organisations[new[0]]
                return self._page("takeover.html", sign_in, holder=holder, organisation=organisation)
            self._world.connections.remove_matching(organisation_id=new[0])
        for organisation_id in new:
            self._world.connections.allow(person.person_id, organisation_id, event_id)
        return self._finish(sign_in, person, event_id, new[0])

    def _holder(self, organisation_id: str, person: Person) -> Person | None:
        """Somebody else whose grant for this organisation is alive."""
        held = self._world.grants.living(organisation_id)
        if held is None or held.person_id == person.person_id:
            return None
        return self._world.library.people.get(held.person_id)

    def _continue(self, sign_in: SignIn, person: Person) -> Response:
        connected = self._world.connections.of_person(person.person_id)
        if not connected or self._world.policies.offered is Offered.ALL:
            return self._consent_page(sign_in, person, [], problem="Choose an organisation first.")
        event_id = str(uuid4())
        if self._world.continue_restamps:
            for connection in connected:
                self._world.connections.allow(person.person_id, connection.organisation_id, event_id)
        return self._finish(sign_in, person, event_id)

    def _finish(self, sign_in: SignIn, person: Person, event_id: str, organisation_id: str | None = None) -> Response:
        world = self._world
        consent = Consent(
            person_id=person.person_id,
            scope=world.grants.granted_scope(person.person_id, sign_in.scope),
            event_id=event_id,
            auth_time=int(world.clock.now()),
            session_id=secrets.token_hex(16),
            nonce=sign_in.nonce,
            organisation_id=organisation_id if world.policies.owner is Owner.ORGANISATION else None,
            region=sign_in.region,
            is_regional=world.grants_are_regional,
        )
        world.save()
        code = self._wire.code(consent)
        world.grants.keep_code(code, consent, sign_in.redirect_uri, sign_in.challenge, sign_in.challenge_method)
        return self._back(sign_in, code=code, **self._wire.came_back(sign_in, consent))

    def _back(self, sign_in: SignIn, **parameters: str) -> Response:
        self._sign_ins.end(sign_in)
        if "error" in parameters and not self._world.repeats_state:
            sign_in.state = None
        return _redirect(sign_in.back(**parameters))

    def _to_error(self, words: str) -> Response:
        return RedirectResponse(f"{self._paths.error}?errorId={self._sign_ins.new_error(words)}", SEE_OTHER)

    async def _error(self, request: Request) -> Response:
        words = self._sign_ins.error(request.query_params.get("errorId", ""))
        return self._pages.page("error.html", status=500, words=words)

    def _page(self, template: str, sign_in: SignIn, *, status: int = 200, **words: object) -> Response:
        return self._pages.page(
            template, status=status, form_target=sign_in.origin, sign_in=sign_in, paths=self._paths, **words
        )

    def _asks_for_organisations(self, sign_in: SignIn) -> bool:
        return any(scope not in self._world.policies.identity_scopes for scope in sign_in.scope)


def _redirect(address: str) -> Response:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(address, SEE_OTHER, headers=headers)
