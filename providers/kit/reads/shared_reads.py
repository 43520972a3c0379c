"""What several feeds of an organisation need of one another, read once within a pull.

A value belongs to the credential source of the pull that asks for it and is forgotten with that: no other pull, login
or practice is ever given it, and as much is kept as pulls are under way.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson

Value = TypeVar("Value")


@dataclass(slots=True)
class _Read(Generic[Value]):
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    value: Value | NeedsPerson | None = None
    is_told: bool = False
    failures: int = 0
    last_failure: Exception | None = None


class SharedReads(Generic[Value]):
    """Reads values; callers that come while one is read wait for it, and share its failure too.

    Were each to try for itself, an answer that never comes would be waited for as often as there are callers, one after
    the other, by all that is read together with this organisation.
    """

    def __init__(self) -> None:
        self._held: WeakKeyDictionary[CredentialSource, dict[str, _Read[Value]]] = WeakKeyDictionary()

    def __len__(self) -> int:
        """Of how many pulls something is kept."""
        return len(self._held)

    async def get(
        self,
        tokens: CredentialSource,
        organisation_id: str,
        load: Callable[[], Awaitable[Value]],
        *,
        is_told: bool = False,
    ) -> Value:
        """The value of an organisation.

        Args:
            tokens: The credential source of the pull.
            organisation_id: The organisation.
            load: Reads it.
            is_told: Whether it is what the caller was asked for, and not only something that the caller refers to.
                Whoever asks for that once more wants it read anew.

        Raises:
            NeedsPerson: It is refused. That is kept as a value is.
            Exception: Whatever else ``load`` raises, for this caller and those that waited meanwhile; whoever comes
                later reads again.
        """
        held = self._held.setdefault(tokens, {}).setdefault(organisation_id, _Read())
        failures = held.failures
        async with held.lock:
            if held.last_failure is not None and held.failures > failures:
                raise held.last_failure.with_traceback(None)
            if held.value is None or (is_told and held.is_told):
                held.value, held.is_told, held.last_failure = None, False, None
                try:
                    held.value = await load()
                except NeedsPerson as refusal:
                    held.value = refusal.with_traceback(None)
                except Exception as failure:
                    held.failures, held.last_failure = held.failures + 1, failure
                    raise
            held.is_told = held.is_told or is_told
            value = held.value
        if isinstance(value, NeedsPerson):
            raise value.with_traceback(None)
        return value
