"""What the API answers about the health of all connections."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.payloads.check_connections import CheckReport
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from models.connections.health_reads import ConnectionView, HealthPage
from starter.connections.health import Check
from starter.software import named_of


class ConnectionHealthAnswer(BaseModel):
    """One connection's health."""

    connection_id: UUID
    client_id: UUID
    client: str
    code: str
    owner: str
    provider: str
    organisation_id: str = Field(description="The provider's id of the organisation.")
    organisation_name: str
    login: str = Field(description="Whose login at the provider it uses.")
    status: ConnectionStatus
    cause: Cause | None
    message: str | None
    next_step: str | None = Field(description="What a person can do about the cause.")
    limited_until: datetime | None = Field(
        description="No call is made before: the organisation's calls, or the whole app's, are used up until then."
    )
    last_good_at: datetime | None = Field(description="When something of the organisation was last read.")
    listed_at: datetime | None = Field(
        description="When a check last found it listed among what the login reaches; that proves less than reading it."
    )
    trouble_since: datetime | None
    told_at: datetime | None = Field(description="When somebody was last told of it.")
    next_refresh_at: datetime | None = Field(description="When its lists are due again; that night refreshes them.")

    @classmethod
    def of(cls, view: ConnectionView) -> Self:
        """The connection as the API shows it."""
        connection, cause = view.connection, view.connection.cause
        return cls(
            connection_id=connection.id,
            client_id=view.client.id,
            client=view.client.name,
            code=view.client.code,
            owner=view.owner_name,
            provider=connection.provider,
            organisation_id=connection.organisation_id,
            organisation_name=connection.organisation_name,
            login=view.login_name,
            status=connection.status,
            cause=cause,
            message=named_of(cause.sentence, connection.provider) if cause else None,
            next_step=named_of(cause.next_step, connection.provider) if cause else None,
            limited_until=view.limited_until,
            last_good_at=connection.last_good_at,
            listed_at=connection.listed_at,
            trouble_since=connection.trouble_since if cause else None,
            told_at=connection.told_at if cause else None,
            next_refresh_at=connection.next_refresh_at,
        )


class HealthAnswer(BaseModel):
    """A page of connections, those in trouble first, and the counts of all that the practice has."""

    connections: list[ConnectionHealthAnswer]
    total: int = Field(description="How many match over all pages.")
    limit: int
    offset: int
    by_status: dict[ConnectionStatus, int] = Field(description="All of the practice's, whatever was asked for.")
    by_cause: dict[Cause, int] = Field(description="Likewise, those with a cause.")

    @classmethod
    def of(cls, health: HealthPage, *, limit: int, offset: int) -> Self:
        """The page as the API shows it."""
        return cls(
            connections=[ConnectionHealthAnswer.of(view) for view in health.views],
            total=health.total,
            limit=limit,
            offset=offset,
            by_status=health.by_status,
            by_cause=health.by_cause,
        )


class CheckAnswer(BaseModel):
    """A check of every connection that somebody asked for."""

    check_id: str = Field(description="Its workflow in Temporal.")
    began_at: datetime | None = Field(description="Nothing in the answer to the call that starts it.")
    is_running: bool
    already_running: bool = Field(description="It was at work when it was asked for; there is one at a time.")
    report: CheckReport | None = Field(
        description="What it found so far, or in the end; nothing while no worker answers."
    )
    message: str

    @classmethod
    def of(cls, check: Check) -> Self:
        """The check as the API shows it."""
        return cls(
            check_id=check.check_id,
            began_at=check.began_at,
            is_running=check.is_running,
            already_running=check.is_joined,
            report=check.report,
            message=check.message,
        )
