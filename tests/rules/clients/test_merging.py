"""Two accounts of one client: what moves, what is left behind, and what forbids it, each in a line of its own."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.connections import ConnectionStatus
from rules.clients.merging import FIELDS, ConnectionMerge, Fate, Held, Mergeable, merge_plan, why_not

CONNECTED, ENDED = ConnectionStatus.CONNECTED, ConnectionStatus.DISCONNECTED
LEAVING, BROKEN = ConnectionStatus.DISCONNECTING, ConnectionStatus.NEEDS_RECONNECT


def held(status: ConnectionStatus | None, name: str = "Alder Ltd") -> Held | None:
    return Held(uuid4(), name, status) if status else None


def an_account(code: str = "A-1", **more: object) -> Mergeable:
    bare = Mergeable(
        client_id=uuid4(),
        name="Alder",
        code=code,
        is_archived=False,
        is_merged=False,
        owner="Ada",
        team=None,
        company_number=None,
        tax_number=None,
        reference=None,
        connection=None,
    )
    return replace(bare, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "keeps", "has", "fate"),
    [
        ("team", None, "Payroll", Fate.MOVES),
        ("team", "Payroll", None, None),
        ("team", "Payroll", "Tax", Fate.LEFT),
        ("reference", "", "Box 7", Fate.MOVES),
        ("reference", "Box 6", "Box 7", Fate.LEFT),
        ("name", "Alder", "Alder Ltd", Fate.LEFT),
        ("owner", "Ada", "Ada", None),
        ("owner", "Ada", "Ben", Fate.LEFT),
        ("company_number", None, "01234567", Fate.MOVES),
        ("company_number", "01234567", "0123 4567", None),
        ("company_number", "1234567", "01234567", Fate.LEFT),  # perhaps the same, but written with more
        ("tax_number", "GB 123 4567 82", "gb123456782", None),
        ("tax_number", "123026635", "123026635RT0001", Fate.LEFT),
    ],
)
def test_what_is_missing_moves_and_what_differs_is_left(
    field: str, keeps: str | None, has: str | None, fate: Fate | None
):
    staying, going = an_account(**{field: keeps}), an_account(**{field: has})  # type: ignore[arg-type]
    plan = merge_plan(staying, going)
    assert [(one.field, one.fate, one.has, one.keeps) for one in plan.fields] == (
        [(field, fate, has, keeps)] if fate else []
    )


def test_every_field_that_differs_has_its_line():
    plan = merge_plan(an_account(), an_account("A-2", name="Alder Ltd", reference="Box 7"))
    assert [(one.field, one.fate) for one in plan.fields] == [
        ("name", Fate.LEFT),
        ("code", Fate.LEFT),
        ("reference", Fate.MOVES),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (None, None, ConnectionMerge.NONE),
        (CONNECTED, None, ConnectionMerge.KEEPS),
        (ENDED, None, ConnectionMerge.KEEPS),
        (None, CONNECTED, ConnectionMerge.MOVES),
        (None, BROKEN, ConnectionMerge.MOVES),
        (None, ENDED, ConnectionMerge.MOVES),
        (ENDED, CONNECTED, ConnectionMerge.REPLACES),
        (ENDED, BROKEN, ConnectionMerge.REPLACES),
        (ENDED, ENDED, ConnectionMerge.KEEPS_OWN),
        (BROKEN, ENDED, ConnectionMerge.KEEPS_OWN),
    ],
)
def test_a_connection_that_lives_stays(ours, theirs, expected: ConnectionMerge):
    staying, going = an_account(connection=held(ours)), an_account("A-2", connection=held(theirs))
    assert why_not(staying, going) is None
    assert merge_plan(staying, going).connection is expected
    assert expected.is_moved is (expected in {ConnectionMerge.MOVES, ConnectionMerge.REPLACES})


@pytest.mark.parametrize("theirs", [CONNECTED, BROKEN])
def test_two_living_connections_say_which_stays_and_what_to_do_first(theirs: ConnectionStatus):
    staying = an_account(connection=held(CONNECTED, "Alder Books"))
    going = an_account("A-2", connection=held(theirs, "Alder Trial"))
    assert why_not(staying, going) == (
        "Both are connected: Alder (A-1) to Alder Books, Alder (A-2) to Alder Trial. Alder (A-1) would keep its "
        "connection, so disconnect Alder (A-2) first. To keep Alder Trial, keep Alder (A-2) instead and disconnect "
        "Alder (A-1)."
    )


def test_what_forbids_it_says_what_to_do():
    one, other, same = an_account(), an_account("A-2"), UUID(int=1)
    assert "one account" in str(why_not(replace(one, client_id=same), replace(other, client_id=same)))
    assert "was merged into another account already" in str(why_not(one, replace(other, is_merged=True)))
    assert "keep Alder (A-2) instead" in str(why_not(replace(one, is_archived=True), other))
    assert why_not(one, replace(other, is_archived=True)) is None
    for pair in ((held(LEAVING), None), (None, held(LEAVING)), (held(CONNECTED), held(LEAVING))):
        staying, going = replace(one, connection=pair[0]), replace(other, connection=pair[1])
        assert str(why_not(staying, going)).endswith("is being disconnected. Merge once that is done.")


def test_the_fingerprint_is_of_all_that_was_shown():
    one, other = an_account(), an_account("A-2")
    plan = merge_plan(one, other)
    assert merge_plan(one, other).fingerprint == plan.fingerprint
    assert merge_plan(other, one).fingerprint != plan.fingerprint
    assert merge_plan(one, replace(other, reference="Box 7")).fingerprint != plan.fingerprint


TEXT = st.sampled_from([None, "", "12 34", "1234", "AB-1"])
STATUS = st.sampled_from([None, CONNECTED, ENDED, LEAVING])
ACCOUNTS = st.builds(
    lambda company, tax, reference, status: an_account(
        company_number=company, tax_number=tax, reference=reference, connection=held(status)
    ),
    TEXT,
    TEXT,
    TEXT,
    STATUS,
)


@given(ACCOUNTS, ACCOUNTS)
def test_nothing_that_the_account_that_goes_has_is_lost_in_silence(staying: Mergeable, going: Mergeable):
    plan = merge_plan(staying, going)
    told = {one.field: one for one in plan.fields}
    for field in FIELDS:
        keeps, has = getattr(staying, field), getattr(going, field)
        if field in told:
            assert (told[field].has, told[field].keeps) == (has, keeps)
            assert (told[field].fate is Fate.MOVES) == (not keeps)
        else:
            assert not has or (keeps or "").replace(" ", "") == has.replace(" ", "")
    if why_not(staying, going) is None and going.connection and not going.connection.is_ended:
        assert plan.connection.is_moved
