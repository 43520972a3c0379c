"""The operator's identity provider beside the running product, and the way through it without a screen."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from emulators.kit.signing import SigningKey
from providers.identity import IdentityApp, SignIn
from providers.kit.clock import utc_now
from providers.kit.http import http_client
from starter.access.identities import Identities, IdentityProvider, IdentityRules
from tests import identity_provider as standing_in
from tests.identity_provider import CLIENT, SECRET, identity_provider
from tests.journeys.scene import Scene
from tests.journeys.serving import NO_TLS
from tests.web.house import House, Person, made_house, visitor
from tests.web.pages.signing_in.test_signing_in import is_in

KEY, OTHER_KEY = SigningKey(), SigningKey()
TITLE = "Harbour ID"
PROVIDER = "/sign-in/provider"
Rules = Callable[..., None]


@pytest_asyncio.fixture(scope="module")
async def standing(product: Scene) -> AsyncIterator[tuple[standing_in.IdentityProvider, httpx2.AsyncClient]]:
    """The identity provider, and what the product reaches it by."""
    before = product.operations.identities
    async with identity_provider(KEY) as made, http_client() as http:
        yield made, http
    product.operations.identities = before


@pytest.fixture
def rules(product: Scene, standing: tuple[standing_in.IdentityProvider, httpx2.AsyncClient]) -> Rules:
    """A product that knows the provider, which it has not asked anything yet; lets the operator have wishes."""
    made, http = standing
    sealer = product.settings.key_ring().for_purpose("database")

    def wanted(secret: str = SECRET, **words: Any) -> None:
        sign_in = SignIn(IdentityApp(made.issuer, CLIENT, secret, f"{product.web}{PROVIDER}/callback"), http, utc_now)
        known = IdentityProvider(sign_in, IdentityRules(TITLE, **words))
        product.operations.identities = Identities(product.database, sealer, product.operations.sessions, known)

    wanted()
    return wanted


@pytest.fixture
def provider(
    standing: tuple[standing_in.IdentityProvider, httpx2.AsyncClient], rules: Rules
) -> standing_in.IdentityProvider:
    """The identity provider, which does everything right."""
    made, _ = standing
    vars(made).update(vars(standing_in.IdentityProvider(made.issuer, KEY)))
    return made


@pytest_asyncio.fixture
async def seated(house: House, provider: standing_in.IdentityProvider) -> House:
    """A practice of its seated, whose member sits before the provider."""
    made = await made_house(house.scene)
    provider.account = account_of(made.member)
    return made


def account_of(person: Person, **claims: Any) -> dict[str, Any]:
    return {"sub": f"s-{uuid4().hex}", "email": person.email, "email_verified": True, **claims}


async def left(http: httpx2.AsyncClient, **form: str) -> str:
    """Press the button; gives the provider's address."""
    page = await http.post(PROVIDER, data=form)
    assert page.status_code == 200, page.text
    return page.text.partition('content="0; url=')[2].partition('"')[0].replace("&amp;", "&")


async def through(address: str) -> str:
    """Sign in there; gives the address that leads back."""
    async with httpx2.AsyncClient(verify=NO_TLS) as elsewhere:
        return (await elsewhere.get(address)).headers["location"]


async def signed_in(http: httpx2.AsyncClient, **form: str) -> httpx2.Response:
    """The whole way."""
    return await http.get(await through(await left(http, **form)))


async def refused(seated: House) -> str:
    """The whole way in a new browser, in vain; gives what is said."""
    http = visitor(seated.scene)
    answer = await signed_in(http)
    assert answer.status_code in {403, 503}, answer.status_code
    assert "Not signed in" in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert not await is_in(http)
    return answer.text


async def bound_to(seated: House) -> list[tuple[Any, ...]]:
    return await seated.scene.rows(
        "SELECT c.email, i.subject FROM identities i JOIN colleagues c ON c.id = i.colleague_id"
        " WHERE i.practice_id = :id ORDER BY 1",
        id=seated.admin.actor.practice_id,
    )
