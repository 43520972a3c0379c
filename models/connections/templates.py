"""The settings with which a practice makes connections: remembered from one run to the next, for each provider."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connection_settings import SettingsPatch
from models.connections.tables import Connection, SettingsTemplate

Settings = Mapping[str, Any]
"""Columns of ``Connection`` that are settings, with their values as JSON has them."""


async def remembered(session: AsyncSession, practice_id: UUID, provider: str) -> Settings | None:
    """What the practice last chose; None where it never did."""
    found = await session.get(SettingsTemplate, (practice_id, provider))
    return found.settings if found else None


async def remember(session: AsyncSession, practice_id: UUID, provider: str, settings: Settings) -> None:
    """Keep what was chosen for the next run."""
    statement = insert(SettingsTemplate).values(practice_id=practice_id, provider=provider, settings=dict(settings))
    same = [SettingsTemplate.__table__.c[name] for name in ("practice_id", "provider")]  # type: ignore[attr-defined]  # SQLModel hides the table
    await (await session.connection()).execute(
        statement.on_conflict_do_update(index_elements=same, set_={"settings": statement.excluded.settings})
    )


def columns_of(settings: Settings | None) -> dict[str, Any]:
    """The columns that a new connection gets beside the usual ones."""
    return SettingsPatch.model_validate(settings).values() if settings else {}


def example(practice_id: UUID, provider: str, settings: Settings | None) -> Connection:
    """A connection with these settings that is stored nowhere, to be shown: no client's, and to no organisation."""
    nothing = UUID(int=0)
    shown = Connection(
        practice_id=practice_id,
        client_id=nothing,
        provider=provider,
        organisation_id="",
        organisation_name="",
        grant_id=nothing,
    )
    for name, value in columns_of(settings).items():
        setattr(shown, name, value)
    return shown
