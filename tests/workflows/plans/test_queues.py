"""Which queue a call of a provider goes to, and which queues a worker takes from: each provider has its own two."""

from typing import cast

import pytest
from temporalio.workflow import ActivityConfig

from activities.registry import GROUPS_AT_ONCE, Parts, Served, at_providers, between_workflows, in_full_groups
from activities.shared.token_store import TokenStore
from contracts.payloads.check_connections import LoginToCheck
from contracts.words.names import WORKFLOW_QUEUE
from models.kit.database import Database
from runtime.sealing.keyring import KeyRing
from workflows.plans import policies

AT_PROVIDERS: dict[str, ActivityConfig] = {
    name: cast("ActivityConfig", policy)
    for name, policy in vars(policies).items()
    if name.isupper() and isinstance(policy, dict) and policy.get("task_queue")
}
OF_GROUPS = {"PULL_TOGETHER", "PROFILES_TOGETHER"}


async def _nobody(workflow_id: str) -> bool:
    raise AssertionError(workflow_id)


@pytest.fixture
def parts() -> Parts:
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")  # nothing is asked of it
    sealer = KeyRing.parse(f"a:{KeyRing.generate_key()}").for_purpose("database")
    return Parts(database, {}, TokenStore(database, sealer), sealer)


def served(parts: Parts) -> dict[str, Served]:
    providers = ("xero", "other")
    found = [*at_providers(parts, providers, concurrency=64), *in_full_groups(parts, providers)]
    assert len(found) == len({one.queue for one in found})
    return {one.queue: one for one in found}


def test_the_calls_of_each_provider_have_room_of_their_own(parts: Parts):
    assert {queue: one.at_once for queue, one in served(parts).items()} == {
        "clientsync-provider-xero": 64,
        "clientsync-groups-xero": GROUPS_AT_ONCE,
        "clientsync-provider-other": 64,
        "clientsync-groups-other": GROUPS_AT_ONCE,
        "clientsync-provider": 64,
        "clientsync-groups": GROUPS_AT_ONCE,
    }


@pytest.mark.parametrize("name", AT_PROVIDERS)
def test_a_call_goes_to_its_providers_own_queue(name: str, parts: Parts):
    noun = "groups" if name in OF_GROUPS else "provider"
    policy = policies.at("xero", AT_PROVIDERS[name])
    assert policy["task_queue"] == f"clientsync-{noun}-xero"
    assert policy["task_queue"] in served(parts)
    assert {**policy, "task_queue": None} == {**AT_PROVIDERS[name], "task_queue": None}


@pytest.mark.parametrize("name", AT_PROVIDERS)
def test_what_older_code_began_is_still_taken(name: str, parts: Parts):
    shared = cast("str", AT_PROVIDERS[name]["task_queue"])
    assert shared == ("clientsync-groups" if name in OF_GROUPS else "clientsync-provider")
    assert policies.at("", AT_PROVIDERS[name])["task_queue"] == shared
    there = served(parts)
    assert there[shared].activities == there[f"{shared}-xero"].activities


def test_a_login_of_older_code_says_no_provider():
    written = '{"grant_id": "00000000-0000-0000-0000-000000000001", "login": "Ada", "connections": 3}'
    assert LoginToCheck.model_validate_json(written).provider == ""


def test_short_steps_stay_with_the_workflows(parts: Parts):
    assert between_workflows(parts, _nobody).queue == WORKFLOW_QUEUE
