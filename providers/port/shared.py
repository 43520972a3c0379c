"""What all processes of an installation share of a platform; the database keeps it.

The port names no table: ``models/budgets`` keep what is shared, and ``providers/kit`` asks for it.
"""

from datetime import datetime
from typing import NamedTuple, Protocol

from providers.port.call_budget import CallBudget


class AnswerKey(NamedTuple):
    """An answer that a platform gives whoever asks, in whoever's name.

    Attributes:
        provider: The provider's name.
        app: The app's id at the provider.
        name: What was asked for, such as ``currencies``.
    """

    provider: str
    app: str
    name: str


class AnswersForAll(Protocol):
    """Keeps answers that are the same for every organisation; nothing of a practice or a client is in them."""

    async def known(self, key: AnswerKey) -> tuple[str, datetime] | None:
        """The latest answer, as it was kept, and when it was read (aware); None if there is none."""
        ...

    async def keep(self, key: AnswerKey, answer: str, at: datetime) -> None:
        """Keep an answer instead of the one before.

        Args:
            key: What it answers.
            answer: A text, in its provider's own form.
            at: When it was read (aware).
        """
        ...


class Shared(NamedTuple):
    """All that a provider shares with other processes."""

    budget: CallBudget
    answers: AnswersForAll
