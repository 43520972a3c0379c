"""What the API answers about the practice and the accounting software that is set up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from contracts.words.practices import Plan
from starter.connections.software_states import SoftwareState
from starter.people.practice import PracticeView


class QueueAnswer(BaseModel):
    """A task queue of an accounting software."""

    name: str
    workers: int | None = Field(description="Workers that serve it now; nothing where Temporal did not say.")


class SoftwareAnswer(BaseModel):
    """An accounting software that this release knows."""

    provider: str
    title: str
    is_on: bool
    callback: str = Field(description="The address to which its sign-ins come back.")
    queues: list[QueueAnswer]

    @classmethod
    def of(cls, state: SoftwareState) -> Self:
        """The software as the API shows it."""
        queues = [QueueAnswer(name=queue.name, workers=queue.workers) for queue in state.queues]
        return cls(provider=state.name, title=state.title, is_on=state.is_on, callback=state.callback, queues=queues)


class PracticeAnswer(BaseModel):
    """The practice of the token's colleague."""

    name: str
    slug: str = Field(description="In ids and commands; it stays when the name changes.")
    time_zone: str
    plan: Plan = Field(description="Set by whoever runs this installation.")
    client_allowance: int = Field(description="How many clients it may have. Set by whoever runs this installation.")
    clients: int = Field(description="How many of them are used; archived clients do not count.")
    sends_mail: bool = Field(description="Whether notices are mailed; without a mail server, admins read the outbox.")
    last_mail_at: datetime | None = Field(description="When the mail server last took a notice of the practice.")
    mails_waiting: int = Field(description="Notices that were not sent.")
    software: list[SoftwareAnswer]

    @classmethod
    def of(cls, view: PracticeView, states: Sequence[SoftwareState], *, sends_mail: bool) -> Self:
        """The practice as the API shows it."""
        return cls(
            name=view.name,
            slug=view.slug,
            time_zone=view.time_zone,
            plan=view.plan,
            client_allowance=view.allowance,
            clients=view.clients,
            sends_mail=sends_mail,
            last_mail_at=view.sending.last_sent_at,
            mails_waiting=view.sending.waiting,
            software=[SoftwareAnswer.of(state) for state in states],
        )
