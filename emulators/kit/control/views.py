"""The world as control shows it: plain data. Only ``handed_out`` has tokens in it."""

from dataclasses import asdict

from emulators.books.organisations import Organisation
from emulators.kit.faults.faults import ACCESS_REMOVED, EDGE_PAGE, ODD_CHARACTER, RATE_LIMITED, SERVER_ERROR, Fault
from emulators.kit.world import World

View = dict[str, object]


def state(world: World) -> View:
    """People, organisations, connections and the clock."""
    return {
        "seed": world.config.seed,
        "scenario": world.config.scenario,
        "people": people(world),
        "organisations": [organisation(row) for row in world.library.organisations.values()],
        "connections": [
            {
                "id": row.connection_id,
                "organisation_id": row.organisation_id,
                "person_id": row.person_id,
                "auth_event_id": row.event_id,
            }
            for row in world.connections.all()
        ],
        "clock": clock(world),
        "limits": world.limits.allowed,
        "settings": world.switches(),
    }


def people(world: World) -> list[View]:
    """Everybody, with the organisations that each may connect."""
    reachable: dict[str, list[str]] = {person_id: [] for person_id in world.library.people}
    for (person_id, organisation_id), role in world.library.roles.items():
        if role in world.policies.connecting_roles and not world.faults.hides(person_id, organisation_id):
            reachable[person_id].append(organisation_id)
    return [
        {
            "id": person.person_id,
            "email": person.email,
            "name": person.name,
            "organisation_ids": reachable[person.person_id],
        }
        for person in world.library.people.values()
    ]


def organisation(row: Organisation) -> View:
    """One organisation's traits."""
    return {
        "organisation_id": row.organisation_id,
        "index": row.index,
        "name": row.name,
        "country": row.country.code,
        "is_demo": row.is_demo,
        "is_trial": row.is_trial,
        "is_lapsed": row.is_lapsed,
        "contacts": row.contacts,
        "items": row.items,
        "tracking": row.dimensions,
        "plan": row.plan,
        "trade": row.trade,
        "tax_number": row.tax_number,
        "registration_number": row.registration_number,
    }


def handed_out(world: World) -> View:
    """What was handed out that must not turn up in a log or a history: the one view that has tokens in it."""
    contacts = [one for identity in world.calls.by_organisation for one in world.contacts(identity)]
    emails = [person.email for person in world.library.people.values()]
    emails += [email for _, email in contacts if email]
    return {
        **world.handed_out.by_kind(),
        "contact_name": list(dict.fromkeys(name for name, _ in contacts)),
        "email": list(dict.fromkeys(emails)),
    }


def clock(world: World) -> View:
    """What time it is in the sandbox."""
    now = world.clock.now()
    return {"now": now, "utc": f"{world.clock.utc():%Y-%m-%dT%H:%M:%S.%f}0", "stopped": world.clock.is_stopped}


def fault(row: Fault) -> View:
    """One fault, with the fields that mean something for its kind."""
    shown = {name: value for name, value in asdict(row).items() if value is not None}
    if row.kind not in (SERVER_ERROR, EDGE_PAGE):
        del shown["status"]
    if row.kind != EDGE_PAGE:
        del shown["page"]
    if row.kind != ODD_CHARACTER:
        del shown["oddity"]
    if row.kind != RATE_LIMITED:
        del shown["problem"]
    if row.kind == ACCESS_REMOVED:
        del shown["met"]
    return shown


def calls(world: World) -> View:
    """All counters."""
    counted = world.calls
    return {
        "total": counted.total,
        "refreshes": counted.refreshes,
        "token_exchanges": counted.token_exchanges,
        "by_path": dict(counted.by_path),
        "by_status": {str(status): number for status, number in counted.by_status.items()},
        "by_organisation": dict(counted.by_organisation),
        "peak_concurrency_by_organisation": world.limits.peaks(),
        "rejected_429": dict(counted.rejected_429),
    }
