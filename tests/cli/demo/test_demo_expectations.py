"""The demo's expectations: content with a run as it must be, and not with any other."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from cli.demo import expectations, one_by_one
from cli.demo.awkward import DAY_WAIT, AwkwardPart, Casting, When, cast_parts
from cli.demo.failure import DemoError
from cli.demo.one_by_one import Guided, WrongPick
from cli.demo.report import outcome_table, totals
from cli.demo.sandbox import SandboxFault, SandboxOrganisation
from cli.demo.selection import choose, same_again
from cli.demo.stand_ins import StandIn, stand_in_of
from contracts.payloads.selection import Selection
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import ListName
from contracts.words.runs import Action, Outcome, Result, RunKind, Stage, Verdict
from providers.registry import NAMES
from starter.answers.clients import ClientAnswer, ConnectionAnswer, ListAnswer, ReceiptAnswer
from starter.answers.runs import OrganisationAnswer, RunAnswer

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEAMS = (uuid4(), uuid4())
OTHERS = 3


@pytest.fixture(params=NAMES)
def stand_in(request: pytest.FixtureRequest) -> StandIn:
    """What the demo knows of each stand-in."""
    return stand_in_of(request.param)


def sandbox_organisations(stand_in: StandIn) -> list[SandboxOrganisation]:
    """Three more than there are parts, of which two have one name; some are as the stand-ins make them."""
    return [
        SandboxOrganisation(
            organisation_id=f"org-{place}",
            index=place,
            name="Twin Ltd" if place in {5, 6} else f"Number {place} Ltd",
            contacts={3: stand_in.MANY, 4: 0}.get(place, 50),
            is_demo=place == 1,
            is_trial=place == 2,
            is_lapsed=place == 8,
            plan={7: "START", 10: "ESSENTIALS", 11: "SIMPLE_START"}.get(place, "ANY"),
            registration_number=f"0000{place}",
            tax_number=f"10-{place:07}",
        )
        for place in range(len(stand_in.PARTS) + OTHERS)
    ]


@pytest.fixture
def casting(stand_in: StandIn) -> Casting:
    return cast_parts(sandbox_organisations(stand_in), ["org-1", "org-9"], stand_in.PARTS)


def row(organisation: SandboxOrganisation, casting: Casting) -> OrganisationAnswer:
    part = casting.part_of(organisation.organisation_id)
    verdict, outcome, cause = casting.ending(part) if part else (Verdict.NEW, Outcome.CREATED, None)
    wait = DAY_WAIT if part is AwkwardPart.OUT_OF_CALLS else 60
    return OrganisationAnswer.model_construct(
        organisation_id=organisation.organisation_id,
        name=organisation.name,
        distinction=None,
        just_allowed=True,
        verdict=verdict,
        verdict_message=None,
        action=None,
        next_step=None,
        client_id=UUID(int=int(organisation.organisation_id[4:]) + 1),
        outcome=outcome,
        cause=cause,
        message=None,
        retry_at=NOW + timedelta(seconds=wait) if outcome is Outcome.RETRYING else None,
    )


@pytest.fixture
def run(stand_in: StandIn, casting: Casting) -> RunAnswer:
    """A run as it must be."""
    rows = [row(organisation, casting) for organisation in sandbox_organisations(stand_in)]
    return RunAnswer.model_construct(
        run_id="run-1",
        kind=RunKind.ADD_CLIENTS,
        heading="Add clients",
        provider="xero",
        stage=Stage.FINISHED,
        result=Result.COMPLETED_WITH_FAILURES,
        message=None,
        colleague="Ada",
        paused_until=None,
        created_at=NOW,
        finished_at=NOW,
        total=len(rows),
        counts=dict(Counter(one.outcome for one in rows if one.outcome)),
        causes={},
        accounts=None,
        verdicts={},
        organisations=rows,
        offers=[],
    )


def client(
    one: OrganisationAnswer,
    selection: Selection,
    *,
    lists_pulled_at: datetime | None = NOW,
    cause: Cause | None = None,
) -> ClientAnswer:
    assert one.client_id is not None
    team = {chosen.organisation_id: chosen.team_id for chosen in selection.organisations}.get(one.organisation_id)
    connection = ConnectionAnswer.model_construct(
        provider="xero",
        organisation_id=one.organisation_id,
        organisation_name=one.name,
        login="Ada",
        status=ConnectionStatus.CONNECTED,
        cause=cause,
        message=None,
        next_step=None,
        limited_until=None,
        last_good_at=lists_pulled_at,
        listed_at=NOW,
        lists_pulled_at=lists_pulled_at,
    )
    return ClientAnswer.model_construct(
        client_id=one.client_id,
        code="CODE0001",
        name=one.name,
        owner_id=UUID(int=1),
        owner="Ada",
        team_id=team or selection.team_id,
        team=None,
        company_number=None,
        tax_number=None,
        reference=None,
        archived_at=None,
        created_by_run="run-1",
        created_at=NOW,
        connection=connection,
    )


def everything(run: RunAnswer, casting: Casting) -> list[str]:
    return [
        *expectations.endings(run, casting),
        *expectations.day_limit(run, casting, NOW),
        *expectations.sums(run, len(casting.parts) + OTHERS),
    ]


def test_every_part_is_played_once_and_by_somebody_fit(casting: Casting):
    played = [one.organisation_id for one in casting.organisation_of.values()]
    assert len(set(played)) == len(casting.parts)
    assert casting.organisation_of[AwkwardPart.COLLEAGUES].organisation_id == "org-9"
    assert {casting.organisation_of[part].name for part in (AwkwardPart.NAMESAKE, AwkwardPart.OTHER_NAMESAKE)} == {
        "Twin Ltd"
    }


def test_a_part_that_nobody_can_play_is_said(stand_in: StandIn):
    with pytest.raises(DemoError, match="no contacts"):
        cast_parts([one for one in sandbox_organisations(stand_in) if one.contacts], ["org-9"], stand_in.PARTS)


def test_a_part_has_what_happens_to_it_and_when(casting: Casting):
    befallen = [fault for when in When for fault in casting.faults(when)]
    assert len(befallen) == sum(played.fault is not None for played in casting.parts.values())
    offline = casting.organisation_of[AwkwardPart.OFFLINE].organisation_id
    assert {fault.organisation_id for fault in casting.faults(When.BEFORE_SIGN_IN)} <= {offline}


def test_a_run_as_it_must_be_meets_everything(run: RunAnswer, casting: Casting):
    assert everything(run, casting) == []


def test_another_ending_is_noticed(run: RunAnswer, casting: Casting):
    rows = {one.organisation_id: one for one in run.organisations}
    for part, played in casting.organisation_of.items():
        rows[played.organisation_id].outcome, rows[played.organisation_id].cause = Outcome.FAILED, Cause.UNKNOWN
        assert any(part.value in sentence for sentence in expectations.endings(run, casting))


def test_an_ordinary_one_that_failed_is_noticed(run: RunAnswer, casting: Casting):
    one = next(one for one in run.organisations if casting.part_of(one.organisation_id) is None)
    one.outcome, one.cause = Outcome.FAILED, Cause.ACCESS_LOST
    assert f"{one.name} should be created, but is failed (access lost)." in expectations.endings(run, casting)


def test_a_missing_organisation_is_noticed(run: RunAnswer, casting: Casting):
    run.organisations.pop(1)
    assert "Not on the list at all: demo company." in everything(run, casting)
    assert any("should be listed" in sentence for sentence in everything(run, casting))


def test_a_day_limit_that_is_not_waited_for_is_noticed(run: RunAnswer, casting: Casting):
    if AwkwardPart.OUT_OF_CALLS not in casting.parts:
        pytest.skip("nobody is out of calls alone there")
    played = casting.organisation_of[AwkwardPart.OUT_OF_CALLS].organisation_id
    next(one for one in run.organisations if one.organisation_id == played).retry_at = NOW + timedelta(minutes=1)
    assert len(list(expectations.day_limit(run, casting, NOW))) == 1


def test_totals_that_do_not_add_up_are_noticed(run: RunAnswer):
    run.counts[Outcome.CREATED] -= 1
    assert len(list(expectations.sums(run, len(run.organisations)))) == 2


def test_a_fault_that_did_not_happen_is_noticed(casting: Casting):
    played = casting.organisation_of[AwkwardPart.FAULTY].organisation_id
    left = [SandboxFault(fault_id="fault-1", kind="server_error", organisation_id=played)]
    assert len(list(expectations.happened(left, casting))) == 1
    assert list(expectations.happened([], casting)) == []


def test_accounts_must_be_those_of_the_report(run: RunAnswer, casting: Casting):
    selection = choose(run, casting, TEAMS)
    connected = [client(one, selection) for one in run.organisations if one.outcome is not Outcome.SKIPPED]

    created = next(one for one in run.organisations if one.outcome is Outcome.CREATED)
    lacking: dict[str, dict[ListName, Cause]] = {}

    def unmet(clients: list[ClientAnswer]) -> list[str]:
        return list(expectations.accounts(run, clients, 2, selection, lacking))

    assert unmet(connected) == []
    assert any("the API counts" in sentence for sentence in unmet(connected[1:]))
    assert any("Two clients" in sentence for sentence in unmet([*connected[1:], connected[1]]))
    unpulled = client(created, selection)
    unpulled.connection.lists_pulled_at = None  # type: ignore[union-attr]  # it has one
    others = [one for one in connected if one.client_id != unpulled.client_id]
    assert any("were not pulled" in sentence for sentence in unmet([*others, unpulled]))
    without = client(created, selection, cause=Cause.ROLE_TOO_LOW)
    assert any("were not pulled" in sentence for sentence in unmet([*others, without]))
    lacking[created.organisation_id] = {ListName.TRACKING_CATEGORIES: Cause.ROLE_TOO_LOW}
    assert unmet([*others, without]) == []
    unpulled.team_id = uuid4()
    assert any("not in the team" in sentence for sentence in unmet([*others, unpulled]))


def list_of(total: int, cause: Cause | None = None) -> ListAnswer:
    numbers = {"rows": total, "added": 0, "changed": 0, "gone": 0}
    words = {"cause": cause, "message": None, "next_step": None}
    receipt = ReceiptAnswer(**numbers, **words, pulled_at=None if cause else NOW, attempted_at=NOW)
    return ListAnswer(list_name=ListName.ITEMS, receipt=receipt, total=total, limit=1, offset=0, rows=[])


def test_a_list_must_have_its_rows_or_the_cause_that_it_lacks_for(run: RunAnswer, casting: Casting):
    one = next(one for one in run.organisations if casting.part_of(one.organisation_id) is None)
    client_id = one.client_id
    assert client_id is not None

    def unmet(answer: ListAnswer, lacks: Cause | None = None) -> list[str]:
        lacking = {one.organisation_id: {ListName.ITEMS: lacks} if lacks else {}}
        found = expectations.lists(run, casting, {client_id: {ListName.ITEMS: answer}}, lacking)
        return [sentence for sentence in found if sentence.startswith(f"{one.name}:")]

    assert unmet(list_of(3)) == []
    assert unmet(list_of(0, Cause.ROLE_TOO_LOW), Cause.ROLE_TOO_LOW) == []
    assert any("was not pulled" in sentence for sentence in unmet(list_of(0, Cause.ROLE_TOO_LOW)))
    assert any("should say" in sentence for sentence in unmet(list_of(3), Cause.ROLE_TOO_LOW))
    short = list_of(3)
    short.total = 2
    assert any("2 rows, not 3" in sentence for sentence in unmet(short))


def test_everything_is_chosen_but_what_is_left_out_on_purpose(run: RunAnswer, casting: Casting):
    selection = choose(run, casting, TEAMS)
    chosen = {one.organisation_id: one for one in selection.organisations}
    left_out = {one.organisation_id for one in run.organisations} - set(chosen)
    assert casting.organisation_of[AwkwardPart.DEMO].organisation_id in left_out
    assert {casting.part_of(one) for one in left_out} <= {AwkwardPart.OWN, AwkwardPart.DEMO}
    lookalike = chosen[casting.organisation_of[AwkwardPart.LOOKALIKE].organisation_id]
    assert (lookalike.action, lookalike.client_id is not None) == ("link", True)
    assert {one.team_id for one in chosen.values()} == {None, TEAMS[1]}
    run.organisations.pop()
    assert len(same_again(selection, run).organisations) == len(chosen) - 1


def test_a_second_run_that_makes_something_is_noticed(run: RunAnswer):
    for one in run.organisations:
        one.action, one.outcome = Action.CREATE, Outcome.ALREADY_CLIENT
    run.counts = {Outcome.ALREADY_CLIENT: len(run.organisations)}
    assert list(expectations.nothing_new(run, 39, 39)) == []
    assert list(expectations.nothing_new(run, 39, 40)) == ["The second run made 1 clients; it should make none."]
    run.counts = {Outcome.ALREADY_CLIENT: len(run.organisations) - 1, Outcome.CREATED: 1}
    assert len(list(expectations.nothing_new(run, 39, 39))) == 1


def test_a_wrong_pick_that_nobody_sees_is_noticed(run: RunAnswer):
    told = WrongPick("Beech Ltd", "Alder Ltd", "You chose Alder Ltd. Beech Ltd is still to do.")
    guided = Guided(run, names=3, wrong=[told], left=0)
    assert list(one_by_one.unmet(guided, 1)) == []
    assert len(list(one_by_one.unmet(guided, 2))) == 1
    guided.wrong = [told._replace(said="Beech Ltd is there.")]
    guided.left = 1
    assert len(list(one_by_one.unmet(guided, 1))) == 2


def test_the_report_shows_every_part_and_the_others(run: RunAnswer, casting: Casting):
    made = outcome_table(run, casting)
    assert made.row_count == len(casting.parts) + 1
    assert not [cell for column in made.columns for cell in column.cells if "accounting software" in str(cell)]
    assert totals(3, {Outcome.CREATED: 2, Outcome.FAILED: 1}) == (
        "3 listed = 2 created + 0 linked + 0 already client + 1 failed + 0 still being tried + 0 not chosen"
    )
