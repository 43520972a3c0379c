"""Warns a practice's admins before a month's budget of metered calls is used up: each admin once for each warning."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from models.budgets.calls import used_since
from models.night import digests
from models.notices import writes as notices
from models.notices.letters import notice_of
from models.practices.tables import Practice
from providers.port.settings import ProviderSettings
from rules import metering
from rules.night.digesting import Staff

KIND = "month_calls"


async def warn(
    session: AsyncSession,
    practice: Practice,
    staff: Staff,
    apps: Sequence[ProviderSettings],
    link: str | None,
    at: datetime,
) -> None:
    """Write a notice to each admin where something is to be said of a meter; a repeat in the same month writes nothing.

    Args:
        session: The transaction in which the practice is locked.
        practice: Whose admins; it has to have clients at the accounting software.
        staff: The practice's people.
        apps: What is set of our apps that are on.
        link: Address of the practice's page.
        at: This moment.
    """
    for app in apps:
        meter = app.meter()
        if meter is None or app.client_id is None or not await digests.has_clients_at(session, practice.id, app.name):
            continue
        begins = metering.begin_of(at)
        used = await used_since(session, app.name, app.client_id, "month", begins)
        reading = metering.read(used, meter.budget, at)
        if warned := metering.warning(reading.state, is_refused_beyond=meter.is_refused_beyond):
            key = f"{KIND}/{app.name}/{begins:%Y-%m}/{reading.state}"
            rows = []
            for colleague_id, one in staff.people.items():
                if one.is_admin:
                    letter = metering.letter(app.title, reading, warned, one.name, link)
                    rows.append(
                        notice_of(letter, practice, colleague_id, kind=KIND, key=f"{key}/{colleague_id}", at=at)
                    )
            await notices.write(session, rows)
