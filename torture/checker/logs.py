"""Searches logs for secrets of the stand-in and for contacts of clients."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from torture.checker.findings import Finding

_SHORTEST = 12
"""Characters; a shorter text may stand anywhere by chance."""

_SECRET = ("access_token", "refresh_token", "id_token", "code", "code_verifier")


def judge(logs: Sequence[Path], secrets: Mapping[str, Any]) -> Iterator[Finding]:
    """Search every log for every secret that passed through.

    Args:
        logs: The logs of the product's processes.
        secrets: What the stand-in has handed out, by kind.
    """
    wanted = [(kind, one) for kind in _SECRET for one in secrets.get(kind, ()) if len(one) >= _SHORTEST]
    for log in logs:
        text = log.read_text(errors="replace")
        for kind in {kind for kind, one in wanted if one in text}:
            yield Finding("no secret is logged", log.name, f"has a {kind}")
