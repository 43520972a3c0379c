"""How a check goes about the clients whose lists are due: in groups of one provider, or each by itself. Pure."""

from collections.abc import Sequence
from math import ceil
from uuid import UUID

from temporalio import workflow

from workflows.plans.sizes import FEWEST_PULLED_TOGETHER

with workflow.unsafe.imports_passed_through():
    from contracts.payloads.check_connections import ClientDue, NotedTrouble, PracticeFacts
    from contracts.payloads.sync_client import ClientFacts

Group = Sequence[ClientDue]

_MORE = 0.2
"""By how much of itself a group may outweigh another, or be lighter, for groups to come out even."""


def in_groups(clients: Group, size: int) -> list[Group]:
    """Cut clients into groups of at most ``size``, in their order."""
    return [clients[first : first + size] for first in range(0, len(clients), size)]


def weight_of(client: ClientDue) -> int:
    """What a client counts in its group: half of the usual where only changes are read, which take few calls."""
    return 1 if client.is_in_part else 2


def by_weight(clients: Group, most: int) -> list[Group]:
    """Cut clients into groups that weigh at most ``most``, in their order."""
    groups: list[list[ClientDue]] = []
    room = 0
    for client in clients:
        if not groups or weight_of(client) > room:
            groups.append([])
            room = most
        groups[-1].append(client)
        room -= weight_of(client)
    return list[Group](groups)


def in_even_groups(clients: Group, most: int, at_once: int) -> list[Group]:
    """Cut clients into groups of about the same weight, so that those that are refreshed at once end at once.

    Args:
        clients: In their order.
        most: What a group weighs; where that makes the number come out even, up to a fifth more.
        at_once: How many groups are refreshed at once. Clients that do not make that many are cut ``by_weight``, since
            more groups would cost more than the few seconds that they save.
    """
    weight = sum(map(weight_of, clients))
    rounds = weight / (most * at_once)
    if rounds < 1 - _MORE:
        return by_weight(clients, most)
    number, before = ceil(rounds - _MORE) * at_once, 0
    groups: list[list[ClientDue]] = [[] for _ in range(number)]
    for client in clients:
        groups[before * number // weight].append(client)
        before += weight_of(client)
    return list[Group](filter(None, groups))


def is_full(group: Group) -> bool:
    """Whether a group is read by the processes that read full groups: every one of a large practice's night is.

    Counted before it is split by providers. What is left with the worker itself is read by one processor.
    """
    return len(group) >= FEWEST_PULLED_TOGETHER


def last_of(group: Group) -> UUID:
    """The connection after which a check goes on once it has begun a group."""
    return group[-1].connection_id


def together_or_alone(group: Group) -> tuple[list[Group], list[ClientDue]]:
    """Clients that are read together, those of each provider, and those that are read alone.

    Alone are mere looks, of which only the profile is read, and a client without another one of its provider.
    """
    by_provider: dict[str, list[ClientDue]] = {}
    for client in group:
        if not client.is_look:
            by_provider.setdefault(client.provider, []).append(client)
    together: list[Group] = [clients for clients in by_provider.values() if len(clients) > 1]
    taken = {client.connection_id for clients in together for client in clients}
    return together, [client for client in group if client.connection_id not in taken]


def as_noted(listed: ClientDue, noted: NotedTrouble | None) -> ClientDue | None:
    """The client as it was when its trouble was recorded; None when none uses the connection any more."""
    if noted is None:  # earlier code recorded it
        return listed
    if noted.client_id is None:
        return None
    return listed.model_copy(update=noted.model_dump())


def facts_of(client: ClientDue, practice: PracticeFacts) -> ClientFacts:
    """What support staff see of a client that gets a sync of its own."""
    return ClientFacts(
        connection_id=client.connection_id,
        client_id=client.client_id,
        client_name=client.client_name,
        client_code=client.client_code,
        practice_name=practice.practice_name,
        practice_slug=practice.practice_slug,
        colleague_name=client.owner_name,
        provider=client.provider,
        provider_title=client.provider_title,
        support=practice.support,
    )
