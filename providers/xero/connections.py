"""Reads ``/connections``: which organisations a login reaches, and which of them the last consent has chosen."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from contracts.words.standard_information import listed_name
from providers.kit.json_values import Record, text
from providers.port.provider import ReachableOrganisation
from providers.xero.spelling import Spelling

_CONNECTION = Spelling("id", "authEventId", "tenantId", "tenantType", "tenantName")


def organisations_in(connections: Iterable[Record], chosen: Iterable[Record] = ()) -> Sequence[ReachableOrganisation]:
    """The organisations among a login's connections, each once, with all ids that its connection has.

    Args:
        connections: All connections of the login, also those to practices (Xero HQ).
        chosen: Those that Xero lists for the consent. A connection that existed before keeps the consent that made it
            (reported in 2021), and whether a mere *Continue* re-stamps it is not known: both answers are fine.
    """
    chosen_ids = {organisation_id for record in chosen if (organisation_id := _organisation_id(record))}
    found: dict[str, ReachableOrganisation] = {}
    for record in connections:
        organisation_id = _organisation_id(record)
        if organisation_id is None:
            continue
        get = _CONNECTION.of(record).get
        if (first := found.get(organisation_id)) is not None:
            found[organisation_id] = _with_id(first, text(get("id")))
            continue
        found[organisation_id] = ReachableOrganisation(
            organisation_id=organisation_id,
            name=listed_name(text(get("tenantName"))),
            provider_connection_id=text(get("id")),
            is_from_this_consent=organisation_id in chosen_ids,
        )
    return list(found.values())


def _with_id(organisation: ReachableOrganisation, connection_id: str | None) -> ReachableOrganisation:
    """The same connection with one more id, unless it has that id."""
    if connection_id is None or connection_id == organisation.provider_connection_id:
        return organisation
    if organisation.provider_connection_id is None:
        return replace(organisation, provider_connection_id=connection_id)
    ids = dict.fromkeys((*organisation.further_connection_ids, connection_id))
    return replace(organisation, further_connection_ids=tuple(ids))


def _organisation_id(record: Record) -> str | None:
    get = _CONNECTION.of(record).get
    kind = text(get("tenantType")) or "ORGANISATION"
    return text(get("tenantId")) if kind.upper() == "ORGANISATION" else None
