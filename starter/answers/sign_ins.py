"""What the API answers about sign-ins: those that a run expects, organisations too, and links for a client's people."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.words.client_links import DAYS, MOST_DAYS, LinkState, MailState
from contracts.words.practices import LONGEST_ADDRESS
from contracts.words.runs import SignInState
from models.grants.client_links import ClientLinkView
from models.kit.columns import now
from models.runs.tables import ExpectedOrganisation, ExpectedSignIn
from starter.connections.client_links import AskedClient, MadeLink


class ExpectedSignInAnswer(BaseModel):
    """One sign-in that a run expects."""

    organisation_id: str = Field(description="The provider's id of the organisation that it is for.")
    name: str
    client_id: UUID
    state: SignInState
    came_instead: str | None = Field(
        description="What its latest sign-in allowed instead, by name; empty where the accounting software does not "
        "say; null while none did."
    )


class SignInsAnswer(BaseModel):
    """The sign-ins that a run expects; to do, done and dropped add up to them."""

    next: str | None = Field(description="The organisation that the next sign-in is for, by its id.")
    to_do: int
    done: int
    dropped: int
    sign_ins: list[ExpectedSignInAnswer] = Field(description="In order; none where one sign-in is for all.")

    @classmethod
    def of(cls, queue: Sequence[ExpectedSignIn]) -> Self:
        """The sign-ins as the API shows them."""
        to_do, done, dropped = _counted(one.state for one in queue)
        return cls(
            next=next((one.organisation_id for one in queue if one.state is SignInState.TO_DO), None),
            to_do=to_do,
            done=done,
            dropped=dropped,
            sign_ins=[
                ExpectedSignInAnswer(
                    organisation_id=one.organisation_id,
                    name=one.name,
                    client_id=one.client_id,
                    state=one.state,
                    came_instead=one.came_instead,
                )
                for one in queue
            ],
        )


class ExpectedOrganisationAnswer(BaseModel):
    """An organisation that a run expects by name."""

    position: int = Field(description="Its place in the queue, by which it is named in calls.")
    name: str
    client_id: UUID | None = Field(description="The client without a connection that it is, where it is one.")
    state: SignInState
    organisation_id: str | None = Field(description="What came for it, by the provider's id.")
    came_instead: str | None = Field(description="What its latest sign-in allowed instead, by name.")


class ExpectedOrganisationsAnswer(BaseModel):
    """The organisations that a run expects by name; to do, done and dropped add up to them."""

    next: int | None = Field(description="The place of the one that the next sign-in is for.")
    to_do: int
    done: int
    dropped: int
    organisations: list[ExpectedOrganisationAnswer] = Field(description="In order; none where nobody has said any.")

    @classmethod
    def of(cls, queue: Sequence[ExpectedOrganisation]) -> Self:
        """The organisations as the API shows them."""
        to_do, done, dropped = _counted(one.state for one in queue)
        return cls(
            next=next((one.position for one in queue if one.state is SignInState.TO_DO), None),
            to_do=to_do,
            done=done,
            dropped=dropped,
            organisations=[
                ExpectedOrganisationAnswer(
                    position=one.position,
                    name=one.name,
                    client_id=one.client_id,
                    state=one.state,
                    organisation_id=one.organisation_id,
                    came_instead=one.came_instead,
                )
                for one in queue
            ],
        )


def _counted(states: Iterable[SignInState]) -> tuple[int, int, int]:
    """How many are to do, done and dropped."""
    found = Counter(states)
    return found[SignInState.TO_DO], found[SignInState.DONE], found[SignInState.DROPPED]


class GoingOnAnswer(BaseModel):
    """A run that goes on with the sign-ins so far."""

    run_id: str
    going_on: bool = True


class ClientLinkWish(BaseModel):
    """How long a link works."""

    days: int = Field(default=DAYS, ge=1, le=MOST_DAYS, description="Days until it ends by itself.")
    send_to: str | None = Field(
        default=None,
        max_length=LONGEST_ADDRESS,
        description="An e-mail address to which Clientsync mails the link, with who asks, what for and until when it "
        "works. It is not kept. Needs a mail server.",
    )


MAIL = "What has become of the mail with it; null where none was asked for."


class MadeClientLinkAnswer(BaseModel):
    """A new link. Copy its address now: only its hash is stored, and it is never shown again."""

    link_id: UUID
    address: str
    expires_at: datetime
    mail: MailState | None = Field(description=MAIL)

    @classmethod
    def of(cls, made: MadeLink) -> Self:
        """The link as the API shows it."""
        return cls(link_id=made.link_id, address=made.address, expires_at=made.expires_at, mail=made.mail)


class AskedClientAnswer(BaseModel):
    """A new link for a client that was never connected. Copy its address now: it is never shown again."""

    run_id: str = Field(description="The run that waits for the sign-in, and then for a choice. Stop it to withdraw.")
    address: str
    expires_at: datetime
    mail: MailState | None = Field(description=MAIL)

    @classmethod
    def of(cls, made: AskedClient) -> Self:
        """The link as the API shows it."""
        return cls(run_id=made.run_id, address=made.address, expires_at=made.expires_at, mail=made.mail)


class ClientLinkAnswer(BaseModel):
    """A link; its address is not known any more."""

    link_id: UUID
    state: LinkState
    sent_by: str = Field(description="The colleague who made it.")
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = Field(description="When somebody signed in by it.")
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    mail: MailState | None = Field(description="What has become of the latest mail with it.")

    @classmethod
    def of(cls, view: ClientLinkView, at: datetime) -> Self:
        """The link as it is at a moment."""
        link = view.link
        return cls(
            link_id=link.id,
            state=view.state(at),
            sent_by=view.sender.name,
            created_at=link.created_at,
            expires_at=link.expires_at,
            used_at=view.used_at,
            withdrawn_at=link.revoked_at,
            withdrawn_by=view.revoked_by,
            mail=view.mail,
        )


class ClientLinksAnswer(BaseModel):
    """A client's links, newest first."""

    links: list[ClientLinkAnswer]

    @classmethod
    def of(cls, views: Sequence[ClientLinkView]) -> Self:
        """The links as they are now."""
        at = now()
        return cls(links=[ClientLinkAnswer.of(view, at) for view in views])
