"""What somebody who is nobody can make us do, at every address that is open to them: what is written has a limit.

The routes are the application's own. One that writes and is not in the table here fails the build: say what bounds it.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx2
import pytest
import pytest_asyncio
from httpx2 import ASGITransport
from sqlalchemy import func, select
from sqlmodel import SQLModel
from starlette.requests import Request

from providers.identity import IdentityApp, SignIn
from providers.kit.clock import utc_now
from providers.kit.http import http_client
from starter.access import attempts, forgotten, identities
from starter.access.identities import Identities, IdentityProvider, IdentityRules
from starter.factors import passkey_sign_ins
from starter.runs import consents
from tests.identity_provider import CLIENT, SECRET, identity_provider
from tests.journeys.people import change
from tests.journeys.scene import Scene
from tests.web.authorisation import RULES, Rule
from tests.web.walking import Walk
from web.app import create_app
from web.pages.signing_in.signing_in import ip_of

OPEN = sorted(route for route, rule in RULES.items() if rule in {Rule.OPEN, Rule.SECRET} and "MOUNT" not in route)
CALLBACK = {"state": "x" * 43, "code": "made-up"}


@dataclass(frozen=True)
class Bound:
    """What an open address writes.

    Attributes:
        table: Where; one row each time.
        most: From one IP address, within the time that its own module names.
        copies: Columns of the same rows made anew, by SQL; ``n`` counts.
        says: In the answer beyond the limit.
    """

    table: str
    most: int
    copies: dict[str, str]
    says: str


_TRIED = Bound(
    "sign_in_attempts", attempts.MOST_FROM_IP + 1, {"address_hash": "sha256(n::text::bytea)"}, attempts.SLOW_DOWN
)
BOUNDS = {
    "POST /sign-in": _TRIED,
    "POST /sign-in/passkey": _TRIED,
    "POST /sign-in/passkey/begin": Bound(
        "passkey_challenges",
        passkey_sign_ins.MOST_FROM_IP,
        {"challenge": "sha256(n::text::bytea)", "bound_to": "sha256(n::text::bytea)"},
        passkey_sign_ins.SLOW_DOWN,
    ),
    "POST /sign-in/provider": Bound(
        "identity_attempts",
        identities.MOST_FROM_IP,
        {"id": "gen_random_uuid()", "state_hash": "sha256(n::text::bytea)"},
        "Too many sign-ins",
    ),
    "POST /forgotten-password": Bound(
        "password_requests",
        forgotten.MOST_FROM_IP + 1,
        {"address_hash": "sha256(n::text::bytea)", "is_followed": "false"},
        forgotten.SLOW_DOWN,
    ),
}
"""What bounds each open address that writes. All others write nothing for somebody who has no secret."""


Come = Callable[[str], httpx2.AsyncClient]


@pytest_asyncio.fixture
async def come(scene: Scene) -> AsyncIterator[Come]:
    """Somebody from an IP address, where everything is set up that an operator may set up."""
    operations, ring = scene.operations, scene.settings.key_ring()
    async with identity_provider() as made, http_client() as http:
        app = IdentityApp(made.issuer, CLIENT, SECRET, f"{scene.web}/sign-in/provider/callback")
        provider = IdentityProvider(SignIn(app, http, utc_now), IdentityRules("Harbour ID"))
        operations.identities = Identities(scene.database, ring.for_purpose("database"), operations.sessions, provider)
        web = create_app(operations, ring=ring, has_outbox=False)

        def come(ip: str) -> httpx2.AsyncClient:
            headers = {"Origin": scene.web, "Accept": "application/json"}
            somebody = httpx2.AsyncClient(
                transport=ASGITransport(web, client=(ip, 1)), base_url=scene.web, headers=headers
            )
            scene.stack.push_async_callback(somebody.aclose)
            return somebody

        yield come


async def asked(http: httpx2.AsyncClient, route: str) -> httpx2.Response:
    """Ask as somebody who has nothing but what stands on the page."""
    method, path = route.split(" ")
    walk = Walk(method, path, is_for_admins=False, inputs=frozenset())
    query = CALLBACK if path.endswith("/callback") else {}
    return await http.request(method, walk.address({"token": "x" * 43}), params=query, **walk.sent({}))


async def rows(scene: Scene) -> Counter[str]:
    """How many rows each table has."""
    found: Counter[str] = Counter()
    async with scene.database.session() as session:
        connection = await session.connection()
        for table in SQLModel.metadata.sorted_tables:
            found[table.name] = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
    return found


@pytest.mark.thorough
async def test_what_an_open_address_writes_is_known(scene: Scene, come: Come):
    wrong = {}
    for number, route in enumerate(OPEN):
        http, before = come(f"203.0.113.{number}"), await rows(scene)
        for _ in range(2):
            answer = await asked(http, route)
            assert answer.status_code < 500, f"{route}: {answer.text}"
        written, bound = await rows(scene) - before, BOUNDS.get(route)
        if written != (Counter({bound.table: 2}) if bound else Counter()):
            wrong[route] = written
    assert wrong == {}, "say in BOUNDS what bounds it"


@pytest.mark.thorough
async def test_beyond_its_limit_it_writes_nothing_more(scene: Scene, come: Come):
    for number, (route, bound) in enumerate(BOUNDS.items()):
        place = f"198.51.100.{number}"
        http = come(place)
        assert (await asked(http, route)).status_code < 429, route
        as_they_are = set(SQLModel.metadata.tables[bound.table].columns.keys()) - set(bound.copies) - {"id"}
        await change(
            scene,
            f"INSERT INTO {bound.table} ({', '.join([*bound.copies, *as_they_are])})"  # noqa: S608  # ours
            f" SELECT {', '.join([*bound.copies.values(), *as_they_are])}"
            f" FROM {bound.table}, generate_series(2, :most) n WHERE ip = :place",
            most=bound.most,
            place=place,
        )
        before = await rows(scene)
        assert before[bound.table] >= bound.most
        for _ in range(3):
            answer = await asked(http, route)
            assert (answer.status_code, bound.says in answer.text) == (429, True), f"{route}: {answer.text}"
        assert await rows(scene) == before, route
        assert (await asked(come(f"192.0.2.{number}"), route)).status_code < 429, route  # who is elsewhere is not meant


@pytest.mark.thorough
async def test_a_link_is_followed_a_number_of_times(scene: Scene, come: Come):
    started = await scene.http.post("/api/v1/client-sync/xero/add-clients")
    link = started.json()["authorize_url"]
    assert (await come("203.0.113.1").post(link)).status_code == 200
    await change(
        scene,
        "INSERT INTO consent_attempts (id, state_hash, practice_id, colleague_id, run_id, provider, sealed_secrets,"
        " created_at, expires_at, link_id, browser_hash, denied)"
        " SELECT gen_random_uuid(), sha256(n::text::bytea), practice_id, colleague_id, run_id, provider, '',"
        " created_at, expires_at, link_id, browser_hash, denied"
        " FROM consent_attempts, generate_series(2, :most) n WHERE link_id IS NOT NULL AND run_id = :run",
        most=consents.MOST_BY_LINK,
        run=started.json()["run_id"],
    )
    before = await rows(scene)
    answer = await come("203.0.113.2").post(link)
    assert (answer.status_code, "followed too often" in answer.text) == (429, True)
    assert await rows(scene) == before


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a-socket", "a-socket"),
    ],
)
def test_who_has_many_addresses_of_one_network_is_one(host: str, place: str):
    assert ip_of(Request({"type": "http", "client": (host, 1)})) == place
