"""What was handed out and must not turn up elsewhere: kept for tests that search logs and histories for it.

Only a sandbox may do this: all of it is worthless outside, and it is kept in memory alone.
"""

from collections import deque
from collections.abc import Mapping

KINDS = ("access_token", "refresh_token", "id_token", "code", "code_verifier")
KEPT = 10_000
"""Of each kind; the oldest are forgotten first."""


class HandedOut:
    """Tokens that were issued, and codes and verifiers that were presented for them."""

    def __init__(self) -> None:
        self._texts: dict[str, deque[str]] = {kind: deque(maxlen=KEPT) for kind in KINDS}

    def note(self, fields: Mapping[str, object]) -> None:
        """Keep the secrets among the fields of a token request or of its answer."""
        for kind, texts in self._texts.items():
            if isinstance(text := fields.get(kind), str):
                texts.append(text)

    def by_kind(self) -> dict[str, list[str]]:
        """All of it, each once."""
        return {kind: list(dict.fromkeys(texts)) for kind, texts in self._texts.items()}
