"""Keeps who is connected over a restart: token sets, connections and the signing key, in one private file.

Only for stand-ins that are told to. Faults, counters and changed records are not kept. The file holds tokens that
are good there, so only its owner may read it.
"""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from emulators.kit.oauth.connections import Connection, Connections
from emulators.kit.oauth.grants import Access, Consent, Grants, TokenSet
from emulators.kit.signing import SigningKey


class StateFile:
    """One stand-in's memory on disk.

    Args:
        path: The file; it need not exist yet.
        shape: What the stand-in generates from; a file of another shape is ignored, since its ids mean nothing here.
    """

    def __init__(self, path: Path, shape: tuple[int, int, int, str]) -> None:
        self._path = path
        self._shape = list(shape)

    def load(self, connections: Connections, grants: Grants) -> SigningKey | None:
        """Put back what was saved.

        Returns:
            The signing key; None if there is nothing to go on with.
        """
        try:
            saved: dict[str, Any] = orjson.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        if saved.get("shape") != self._shape:
            return None
        for row in saved["connections"]:
            connections.restore(Connection(**row))
        grants.restore(
            [TokenSet(**(row | {"consent": _consent(row["consent"])})) for row in saved["token_sets"]],
            {token: Access(**(row | {"scope": frozenset(row["scope"])})) for token, row in saved["access"].items()},
            saved["scopes"],
        )
        return SigningKey(saved["key"])

    def save(self, connections: Connections, grants: Grants, key: SigningKey) -> None:
        """Write everything, whole or not at all."""
        body = orjson.dumps(
            {
                "shape": self._shape,
                "key": key.private(),
                "connections": [asdict(row) for row in connections.all()],
                "token_sets": [asdict(row) for row in grants.token_sets()],
                "access": {
                    token: asdict(row) | {"scope": sorted(row.scope)} for token, row in grants.living_access().items()
                },
                "scopes": grants.remembered_scopes(),
            }
        )
        fresh = self._path.with_suffix(".new")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123  # the mode is given at creation
            file.write(body)
        fresh.replace(self._path)


def _consent(row: dict[str, Any]) -> Consent:
    return Consent(**(row | {"scope": tuple(row["scope"])}))
