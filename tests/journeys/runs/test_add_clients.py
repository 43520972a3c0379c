"""*Add clients* from the click to the report, on the real servers."""

import pytest

from contracts.words.lists import ListName
from emulators.kit.control.words import OrganisationWords
from emulators.xero.faults import Kind
from models.clients.tables import Client
from models.practices import writes as practices
from tests.journeys.one_by_one import brought
from tests.journeys.platforms.marks import OWN_LIMITS, PICKED
from tests.journeys.scene import Scene, by_organisation


async def test_a_sign_in_becomes_clients_with_their_lists(scene: Scene):
    async with scene.worker():
        run = await scene.added()
    assert (run["result"], run["message"]) == ("completed", "5 created")
    assert run["counts"] == {"created": 5}
    clients = await scene.clients()
    assert {client["name"] for client in clients} == {
        organisation.name for organisation in scene.world.library.organisations.values()
    }
    for client in clients:
        for name in ListName:
            receipt = (await scene.list_of(client["client_id"], name))["receipt"]
            assert (receipt["cause"], bool(receipt["pulled_at"])) == (None, True)


@pytest.mark.thorough
async def test_a_key_starts_one_run_however_often_it_is_pressed(scene: Scene):
    run_id, _ = await scene.start(**{"Idempotency-Key": "one click"})
    again, authorize_url = await scene.start(**{"Idempotency-Key": "one click"})
    assert again == run_id
    async with scene.worker():
        run = await brought(scene, run_id, authorize_url)
    assert sum(run["verdicts"].values()) == 5


@pytest.mark.thorough
@PICKED
async def test_each_organisation_gets_its_verdict_and_what_was_chosen_for_it(make_scene):
    """One that is a client already, one that looks like one, a demo, a trial, and more than the allowance."""
    scene = await make_scene(organisations=16, allowance=6)
    person = list(scene.world.library.people.values())[1]
    reached = [organisation.organisation_id for organisation in scene.world.may_connect(person)]
    already, lookalike, demo, trial, *others = reached
    # Not every accounting software says which one is a demo.
    marked = OrganisationWords(is_trial=True) if scene.platform.brings_one else OrganisationWords(is_demo=True)
    scene.control.change_organisation(demo, marked)
    scene.control.change_organisation(trial, OrganisationWords(is_trial=True))
    async with scene.database.transaction() as session:
        practice_id = scene.actor.practice_id
        colleague = await practices.create_colleague(session, practice_id, email="ann@example.com", name="Ann Okoro")
        payroll = await practices.create_team(session, practice_id, "Payroll")
        tax = await practices.create_team(session, practice_id, "Tax")
        known = Client(
            practice_id=practice_id,
            name="Known by its number",
            code="KNOW9999",
            owner_id=scene.actor.colleague_id,
            company_number=scene.world.library.organisations[lookalike].registration_number,
        )
        session.add(known)

    async with scene.worker():
        first = await scene.listed(choose=[already])
        await scene.select_all(first)
        await scene.until_stage(first["run_id"], "finished")
        run = await scene.listed(person=1)
        rows = by_organisation(run)
        assert rows[already]["verdict"] == "already_client"
        assert rows[already]["verdict_message"].endswith("looked after by Admin of Harbour Lane.")
        assert rows[lookalike]["verdict"] == "looks_like_client"
        assert rows[lookalike]["client_id"] == str(known.id)
        assert (rows[demo]["verdict"], rows[trial]["verdict"]) == ("demo_or_trial", "demo_or_trial")
        # Two of the six are clients already, and nobody has to take the demo or the trial.
        new = [organisation_id for organisation_id in others if rows[organisation_id]["verdict"] == "new"]
        assert run["verdicts"] == {
            "already_client": 1,
            "looks_like_client": 1,
            "demo_or_trial": 2,
            "new": 4,
            "over_allowance": len(others) - 4,
        }
        assert len(new) == 4 < len(others)

        answer = await scene.select(
            run["run_id"],
            team_id=str(payroll.id),
            owner_id=str(colleague.id),
            organisations=[
                {"organisation_id": already},
                {"organisation_id": lookalike, "action": "link", "client_id": str(known.id)},
                {"organisation_id": demo},
                {"organisation_id": new[0]},
                {"organisation_id": new[1], "team_id": str(tax.id), "owner_id": str(scene.actor.colleague_id)},
            ],
        )
        assert answer.json() == {
            "chosen": 5,
            "to_create": 3,
            "to_link": 1,
            "already_clients": 1,
            "skipped": len(reached) - 5,
            "existing": 0,
        }
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"] == {"created": 3, "linked": 1, "already_client": 1, "skipped": len(reached) - 5}
    made = {client["connection"]["organisation_id"]: client for client in await scene.clients()}
    assert {organisation_id: (client["owner"], client["team"]) for organisation_id, client in made.items()} == {
        already: ("Admin of Harbour Lane", None),
        lookalike: ("Admin of Harbour Lane", None),  # linking leaves the client as it is
        demo: ("Ann Okoro", "Payroll"),
        new[0]: ("Ann Okoro", "Payroll"),
        new[1]: ("Admin of Harbour Lane", "Tax"),
    }
    assert made[lookalike]["client_id"] == str(known.id)


@pytest.mark.thorough
@OWN_LIMITS
async def test_a_report_shows_what_was_made(make_scene):
    """Accounts whose lists failed or wait were made, too; clients that are there already were not left out."""
    scene = await make_scene(organisations=8)
    existing, failing, waiting, *others = list(scene.world.library.organisations)[:6]
    async with scene.worker():
        first = await scene.listed()
        await scene.select(first["run_id"], organisations=[{"organisation_id": existing}])
        await scene.until_stage(first["run_id"], "finished")
        run = await scene.listed(action="continue")
        scene.fault(Kind.SUBSCRIPTION_ENDED, failing)
        scene.is_(scene.platform.of_day, waiting)
        wanted = [{"organisation_id": identity} for identity in (failing, waiting, *others)]
        answer = await scene.select(run["run_id"], organisations=wanted)
        assert (answer.json()["skipped"], answer.json()["existing"]) == (2, 1)
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"] == {"created": 3, "failed": 1, "retrying": 1, "already_client": 1, "skipped": 2}
    assert run["accounts"] == {"made": 5, "complete": 3, "waiting": 1, "need_you": 1}
    assert by_organisation(run)[existing]["message"].startswith("Already your client ")


@pytest.mark.thorough
async def test_a_run_that_ends_before_a_choice_leaves_out_no_client(scene: Scene):
    existing = next(iter(scene.world.library.organisations))
    async with scene.worker():
        first = await scene.listed()
        await scene.select(first["run_id"], organisations=[{"organisation_id": existing}])
        await scene.until_stage(first["run_id"], "finished")
        run = await scene.listed(action="continue")
        await scene.cancel(run["run_id"])
        run = await scene.until_stage(run["run_id"], "finished")
    assert (run["counts"], run["accounts"]) == ({"already_client": 1, "skipped": 4}, None)
