"""What an import writes: new clients with their codes, fields that change, and the events that tell of both."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from models.practices.tables import Practice
from rules.clients.client_codes import client_code
from rules.clients.imports.plans import ImportInto, JudgedRow
from starter.actor import Actor
from starter.clients.accounts import KINDS


class Writing:
    """The rows that an import writes.

    Args:
        practice: Locked; its next client number is used up.
        into: What is there.
        given: Codes that stand in the list.
        actor: Who imports.
        at: This moment.

    Attributes:
        told: The events.
    """

    def __init__(self, practice: Practice, into: ImportInto, given: set[str], actor: Actor, at: datetime) -> None:
        self._practice, self._actor, self._at = practice, actor, at
        self._codes = {client.code for client in into.clients} | given
        self._names = {person.id: person.name for person in into.people} | dict(into.teams)
        self.told: list[dict[str, Any]] = []

    def created(self, row: JudgedRow) -> dict[str, Any]:
        """A new client's row."""
        values = dict(row.values or {})
        client_id, name = uuid4(), str(values["name"])
        code = values.pop("code") or self._next_code(name)
        self._tell(client_id, "client.imported", after=name)
        return {"id": client_id, "practice_id": self._practice.id, "code": code, "created_at": self._at, **values}

    def changed(self, row: JudgedRow) -> dict[str, Any]:
        """A client's new values."""
        values = dict(row.values or {})
        assert row.client is not None  # noqa: S101  # it is what is changed
        for column, after in values.items():
            before = getattr(row.client, column)
            self._tell(row.client.id, KINDS[column], before=self._words(before), after=self._words(after))
        return values

    def _next_code(self, name: str) -> str:
        while True:
            code = client_code(name, self._practice.next_client_number)
            self._practice.next_client_number += 1
            if code not in self._codes:
                return code

    def _words(self, value: object) -> str | None:
        if isinstance(value, UUID):
            return self._names.get(value, "a former colleague")
        return None if value is None else str(value)

    def _tell(self, client_id: UUID, kind: str, **words: str | None) -> None:
        whose = {"practice_id": self._practice.id, "client_id": client_id, "colleague_id": self._actor.colleague_id}
        self.told.append(whose | {"kind": kind, "at": self._at} | words)
