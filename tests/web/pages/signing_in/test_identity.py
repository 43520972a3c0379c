"""Signing in at the operator's identity provider, over HTTP: who is let in, as whom, and with which steps."""

from typing import Any
from uuid import uuid4

import pytest

from models.practices import writes as practices
from starter.access.identities import Identities
from tests.identity_provider import Claims
from tests.journeys.people import change
from tests.web.house import House, arrived, visitor
from tests.web.keys.at_provider import PROVIDER, TITLE, Rules, account_of, bound_to, refused, signed_in
from tests.web.pages.signing_in.test_signing_in import csrf_of, is_in


@pytest.mark.thorough
async def test_an_invited_colleague_signs_in_and_the_account_is_theirs_from_then_on(seated: House, provider):
    await change(
        seated.scene, "UPDATE colleagues SET password_hash = NULL WHERE email = :email", email=seated.member.email
    )
    http = visitor(seated.scene)
    assert f"Sign in with {TITLE}" in (await http.get("/sign-in?next=/team")).text
    done = await signed_in(http, next="/account?tab=1")
    assert (done.status_code, done.headers["location"]) == (303, "/account?tab=1")
    assert seated.member.actor.colleague_name in (await http.get("/account")).text
    assert await bound_to(seated) == [(seated.member.email, provider.account["sub"])]
    provider.account["email"] = seated.admin.email  # the address moves on; the account does not
    again = visitor(seated.scene)
    assert (await signed_in(again)).status_code == 303
    assert seated.member.actor.colleague_name in (await again.get("/account")).text
    kinds = await seated.scene.rows(
        "SELECT kind, after FROM events WHERE practice_id = :id ORDER BY id", id=seated.admin.actor.practice_id
    )
    assert kinds == [
        ("colleague.identity_bound", f"{TITLE} ({seated.member.email})"),
        ("colleague.signed_in", TITLE),
        ("colleague.signed_in", TITLE),
    ]
    assert f"signed in at {TITLE}" in (await (await arrived(seated.admin)).get("/activity/access")).text


async def test_another_account_with_the_address_is_refused_until_an_admin_unlinks_the_first(seated: House, provider):
    http = visitor(seated.scene)
    assert (await signed_in(http)).status_code == 303
    provider.account = account_of(seated.member)
    assert "signs in by another account" in await refused(seated)
    admin, member = await arrived(seated.admin), seated.member.actor.colleague_id
    assert "Unlink the account" in (await admin.get(f"/team/colleagues/{member}")).text
    shown = (await http.get(f"/team/colleagues/{member}")).text
    assert (seated.member.email in shown, "Unlink" in shown) == (True, False)
    address = f"/team/colleagues/{member}/identity/unlink"
    assert (await http.post(address, data={"csrf": await csrf_of(http)})).status_code == 403
    unlinked = await admin.post(address, data={"csrf": await csrf_of(admin)})
    assert unlinked.headers["location"].endswith("?said=identity-unlinked")
    assert not await is_in(http)
    assert (await signed_in(http)).status_code == 303
    assert await bound_to(seated) == [(seated.member.email, provider.account["sub"])]


async def test_nobody_becomes_a_colleague_by_it_and_who_has_left_is_told(seated: House, provider):
    before = await seated.scene.rows("SELECT count(*) FROM colleagues")
    provider.account = account_of(seated.member, email=f"stranger@{uuid4().hex}.example")
    assert "Nobody here has the e-mail address stranger@" in await refused(seated)
    assert await seated.scene.rows("SELECT count(*) FROM colleagues") == before
    leave = "UPDATE colleagues SET deactivated_at = now() WHERE email = :email"
    provider.account = account_of(seated.member)
    assert (await signed_in(visitor(seated.scene))).status_code == 303
    await change(seated.scene, leave, email=seated.member.email)
    assert "an admin deactivated your account" in await refused(seated)
    provider.account["email"] = seated.admin.email  # no way round it
    assert "an admin deactivated your account" in await refused(seated)
    assert len(await bound_to(seated)) == 1


NOT_SAID = "does not say that the e-mail address"
ADDRESSES: tuple[tuple[dict[str, Any], dict[str, Any], str | None], ...] = (
    ({"email_verified": False}, {}, NOT_SAID),
    ({"email_verified": False}, {"trusts_unsaid": True}, NOT_SAID),
    ({"email_verified": None}, {}, NOT_SAID),
    ({"email_verified": None}, {"trusts_unsaid": True}, None),
    ({"email_verified": None, "xms_edov": "1"}, {}, None),
    ({"email_verified": "true"}, {}, None),
    ({"email_verified": "false"}, {"trusts_unsaid": True}, NOT_SAID),
    ({"email": None}, {"trusts_unsaid": True}, "told us no e-mail address"),
    ({}, {"domains": frozenset({"other.example"})}, "do not sign in by Harbour ID here"),
)


async def test_an_address_counts_where_it_is_said_to_be_theirs(seated: House, provider, rules: Rules):
    for claims, words, said in ADDRESSES:
        rules(**words)
        provider.account = account_of(seated.member, **claims)
        answer = await signed_in(visitor(seated.scene))
        assert (answer.status_code == 303) is (said is None), claims
        assert said is None or said in answer.text, claims
        await change(seated.scene, "DELETE FROM identities WHERE subject = :it", it=provider.account["sub"])


@pytest.mark.thorough
async def test_an_address_that_only_looks_alike_in_small_letters_is_another(seated: House, provider):
    async with seated.scene.database.transaction() as session:
        await practices.create_colleague(
            session, seated.admin.actor.practice_id, email=f"kate@{seated.member.email.partition('@')[2]}", name="Kate"
        )
    provider.account["email"] = f"\N{KELVIN SIGN}ate@{seated.member.email.partition('@')[2]}"
    assert "Nobody here has the e-mail address" in await refused(seated)


@pytest.mark.thorough
async def test_what_the_id_token_leaves_out_is_asked_for(seated: House, provider):
    provider.about = frozenset()
    assert (await signed_in(visitor(seated.scene))).status_code == 303
    provider.altered = {"sub": "somebody-else"}
    assert "does not belong to this sign-in" in await refused(seated)


@pytest.mark.thorough
async def test_our_second_step_is_asked_for_unless_the_operator_takes_the_provider_s(seated: House, provider, rules):
    await seated.scene.operations.second_factor_rules.require(seated.admin.actor, required=True)
    provider.account |= {"amr": ["pwd", "mfa"]}
    http = visitor(seated.scene)
    assert (await signed_in(http, next="/team")).headers["location"] == "/sign-in/set-up?next=/team"
    assert not await is_in(http)
    rules(second_steps=frozenset({"mfa", "gold"}))
    too_little: list[Claims] = [{"amr": ["pwd"]}, {"amr": None}, {"amr": None, "acr": "silver"}]
    for claims in too_little:
        provider.account |= claims
        assert (await signed_in(visitor(seated.scene))).headers["location"] == "/sign-in/set-up"
    enough: list[Claims] = [{"amr": ["pwd", "mfa"], "acr": None}, {"amr": None, "acr": "gold"}]
    for claims in enough:
        provider.account |= claims
        http = visitor(seated.scene)
        assert (await signed_in(http)).headers["location"] == "/"
        assert await is_in(http)


@pytest.mark.thorough
async def test_who_is_of_several_practices_chooses(seated: House, provider):
    mill = (seated.neighbour.actor.practice_id, seated.neighbour.actor.practice_name)
    async with seated.scene.database.transaction() as session:
        other = await practices.create_colleague(session, mill[0], email=seated.member.email, name="Ben of the mill")
    http = visitor(seated.scene)
    page = await signed_in(http, next="/team")
    assert (page.status_code, mill[1] in page.text, 'value="/team"' in page.text) == (200, True, True)
    assert not await is_in(http)
    assert await bound_to(seated) == []
    done = await signed_in(http, next="/team", practice=str(mill[0]))
    assert done.headers["location"] == "/team"
    assert "Ben of the mill" in (await http.get("/account")).text
    assert await seated.scene.rows(
        "SELECT colleague_id FROM identities WHERE subject = :s", s=provider.account["sub"]
    ) == [(other.id,)]
    assert (await signed_in(visitor(seated.scene), practice=str(uuid4()))).status_code == 403


@pytest.mark.thorough
async def test_signing_in_as_somebody_else_ends_the_session_before(seated: House):
    http = await arrived(seated.admin)
    before = http.cookies["clientsync"]
    assert (await signed_in(http)).status_code == 303
    assert seated.member.actor.colleague_name in (await http.get("/account")).text
    assert not await is_in(visitor(seated.scene, before))


@pytest.mark.thorough
async def test_where_there_is_no_provider_there_is_no_button(seated: House, rules: Rules):
    operations, http = seated.scene.operations, visitor(seated.scene)
    sealer = seated.scene.settings.key_ring().for_purpose("database")
    operations.identities = Identities(seated.scene.database, sealer, operations.sessions, None)
    assert PROVIDER not in (await http.get("/sign-in")).text
    assert (await http.post(PROVIDER)).status_code == 404
    assert (await http.get(f"{PROVIDER}/callback")).status_code == 404
    rules()
