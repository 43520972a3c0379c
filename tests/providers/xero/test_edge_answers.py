"""Answers of what stands in front of Xero: they pass by themselves, and nothing is gone, ended or unchanged by them."""

import pytest
from starlette.responses import PlainTextResponse, Response

from contracts.words.causes import Cause
from providers.port.errors import NeedsPerson, Unavailable
from providers.port.provider import Removed
from providers.xero import feeds
from providers.xero.provider import Xero
from tests.providers.conftest import Tokens, paired
from tests.providers.stand_in import StandIn
from tests.providers.xero.test_errors import NO_SCOPE, NOT_MINE, REFUSED
from tests.providers.xero.test_reads import CONNECTIONS, SIGNED, SINCE, TOKEN, pages, path

PAGE = b"<html><head><title>Authorization Required</title></head><body><h2>Authorization Required</h2></body></html>"
GONE = [Response(b"The resource you're looking for cannot be found", 404), Response(PAGE, 404), Response(NOT_MINE, 403)]


@pytest.mark.parametrize("answer", [Response(None, 200), Response(None, 204), PlainTextResponse("<html>")])
async def test_nothing_from_somebody_in_front_of_xero_is_not_no_change(
    xero: Xero, server: StandIn, answer: Response
) -> None:
    server.answer(path(feeds.CONTACTS), answer)
    with pytest.raises(Unavailable):
        await pages(xero, feeds.CONTACTS, since=SINCE)


async def test_nothing_is_unchanged_that_was_not_asked_about(xero: Xero, server: StandIn) -> None:
    server.answer(path(feeds.CONTACTS), Response(None, 304, SIGNED))
    with pytest.raises(Unavailable):
        await pages(xero, feeds.CONTACTS)


@pytest.mark.parametrize("listing", [False, True], ids=["a list", "the connections"])
async def test_a_token_refused_twice_is_no_dead_sign_in(xero: Xero, server: StandIn, listing: bool) -> None:
    tokens = Tokens("old", "new", "newest")
    server.answer(path(feeds.CURRENCIES), Response(REFUSED, 401))
    server.answer("/connections", Response(REFUSED, 401))
    with pytest.raises(Unavailable):  # only the token endpoint can say that it is dead
        await (xero.organisations(tokens) if listing else pages(xero, feeds.CURRENCIES, tokens))
    assert tokens.refused == ["old", "new"]  # the newer one may be of another call's, and as old
    assert len(server.calls) == 3


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 413, 421])
@pytest.mark.parametrize("body", [PAGE, b"", b"no subscription"], ids=["a page", "nothing", "plain text"])
async def test_what_stands_in_front_of_xero_passes_and_spends_no_token(
    xero: Xero, server: StandIn, status: int, body: bytes
) -> None:
    tokens = Tokens("old", "new")
    for where in (path(feeds.ITEMS), "/connections", "/connections/c-1"):
        server.answer(where, Response(body, status, {"content-type": "text/html"}))
    with pytest.raises(Unavailable):
        await pages(xero, feeds.ITEMS, tokens)
    with pytest.raises(Unavailable):
        await xero.organisations(tokens)
    with pytest.raises(Unavailable):
        await xero.disconnect(tokens, paired("c-1"))
    assert tokens.refused == []


@pytest.mark.parametrize("headers", [{}, {"WWW-Authenticate": "insufficient_scope"}])
@pytest.mark.parametrize(
    ("granted", "cause"),
    [
        (("openid", "accounting.contacts.read"), Cause.ROLE_TOO_LOW),
        (("accounting.contacts",), Cause.ROLE_TOO_LOW),
        (("openid", "accounting.settings.read"), Cause.PERMISSION_MISSING),
        ((), Cause.PERMISSION_MISSING),
    ],
)
async def test_what_was_granted_is_not_asked_for_again(
    xero: Xero, server: StandIn, headers: dict[str, str], granted: tuple[str, ...], cause: Cause
) -> None:
    server.answer(path(feeds.CONTACTS), Response(NO_SCOPE, 401, headers))
    with pytest.raises(NeedsPerson) as caught:
        await pages(xero, feeds.CONTACTS, Tokens("token-1", scope=granted))
    assert caught.value.cause is cause


@pytest.mark.parametrize("answer", [*GONE, Response(PAGE, 200), Response(None, 200)])
async def test_a_connection_is_gone_when_the_list_agrees(xero: Xero, server: StandIn, answer: Response) -> None:
    server.answer("/connections/connection-1", answer)
    server.answer("/connections", CONNECTIONS)
    with pytest.raises(Unavailable):
        await xero.disconnect(TOKEN, paired("connection-1"))
    server.answer("/connections", [CONNECTIONS[0], {**CONNECTIONS[0], "id": "connection-1"}])
    with pytest.raises(Unavailable):  # one more id of the same pair
        await xero.disconnect(TOKEN, paired("connection-1"))
    server.answer("/connections", Response(PAGE, 404))
    with pytest.raises(Unavailable):
        await xero.disconnect(TOKEN, paired("connection-1"))
    server.answer("/connections", [CONNECTIONS[0], CONNECTIONS[2]])
    assert await xero.disconnect(TOKEN, paired("connection-1")) == Removed(was_there=False)
