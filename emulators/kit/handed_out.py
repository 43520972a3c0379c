"""Secrets that the stand-in has handed out, for tests that search logs and histories for them.

Only a stand-in may do this: its secrets are worthless elsewhere, and they are kept in memory only.
"""

from collections import deque
from collections.abc import Mapping

KINDS = ("access_token", "refresh_token", "id_token", "code", "code_verifier")
KEPT = 10_000
"""Of each kind; the oldest are forgotten first."""


class HandedOut:
    """Issued tokens, and the codes and verifiers that were presented for them."""

    def __init__(self) -> None:
        self._texts: dict[str, deque[str]] = {kind: deque(maxlen=KEPT) for kind in KINDS}

    def note(self, fields: Mapping[str, object]) -> None:
        """Store the secrets in the fields of a token request or its answer."""
        for kind, texts in self._texts.items():
            if isinstance(text := fields.get(kind), str):
                texts.append(text)

    def by_kind(self) -> dict[str, list[str]]:
        """All secrets by kind, each once."""
        return {kind: list(dict.fromkeys(texts)) for kind, texts in self._texts.items()}
