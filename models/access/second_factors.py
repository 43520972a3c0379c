"""Second factors: authenticator apps and recovery codes are set up, used once for each code, and removed.

Codes are computed elsewhere. Passkeys are in ``models.access.passkeys``.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import Lacking
from models.access import passkeys
from models.access.sessions import hashed
from models.access.tables import Authenticator, RecoveryCode
from models.practices.tables import Colleague, Practice


async def lacking(session: AsyncSession, colleague: Colleague) -> Lacking | None:
    """What a colleague's sign-in still needs after the password; None when nothing."""
    if await has_one(session, colleague.id):
        return Lacking.SECOND_FACTOR
    practice = await session.get_one(Practice, colleague.practice_id)
    return Lacking.SET_UP if practice.requires_second_factor else None


async def has_one(session: AsyncSession, colleague_id: UUID) -> bool:
    """Whether a colleague has a second factor: an authenticator app, or a passkey."""
    return await find(session, colleague_id) is not None or await passkeys.has_one(session, colleague_id)


async def find(session: AsyncSession, colleague_id: UUID) -> Authenticator | None:
    """A colleague's authenticator app; None when there is none, or its set-up was not finished with a code."""
    found = await session.get(Authenticator, colleague_id)
    return found if found is not None and found.confirmed_at is not None else None


async def waiting(session: AsyncSession, colleague_id: UUID) -> Authenticator | None:
    """A colleague's authenticator app whose set-up is not finished; None when there is none."""
    found = await session.get(Authenticator, colleague_id)
    return found if found is not None and found.confirmed_at is None else None


async def wait_for(session: AsyncSession, colleague_id: UUID, sealed_secret: bytes, at: datetime) -> None:
    """Store the secret of an app that is being set up, instead of an earlier one; a confirmed app is not replaced."""
    values = {"sealed_secret": sealed_secret, "created_at": at, "last_step": 0}
    adding = insert(Authenticator).values(colleague_id=colleague_id, **values)
    await session.exec(
        adding.on_conflict_do_update(
            index_elements=["colleague_id"], set_=values, where=col(Authenticator.confirmed_at).is_(None)
        )
    )


async def confirm(session: AsyncSession, waits: Authenticator, step: int, at: datetime) -> bool:
    """Finish the set-up of an app, with one of its codes used; False when the row has changed meanwhile.

    Args:
        session: The caller's transaction.
        waits: The app's row as it was when the code was compared.
        step: The time step of the code.
        at: This moment.
    """
    confirming = (
        update(Authenticator)
        .where(
            col(Authenticator.colleague_id) == waits.colleague_id,
            col(Authenticator.sealed_secret) == waits.sealed_secret,
            col(Authenticator.confirmed_at).is_(None),
        )
        .values(confirmed_at=at, last_step=step)
        .returning(col(Authenticator.colleague_id))
    )
    return (await session.exec(confirming)).first() is not None


async def use_step(session: AsyncSession, colleague_id: UUID, step: int, sealed_secret: bytes) -> bool:
    """Mark a code and all earlier ones as used; False when this one was used already.

    Args:
        session: The caller's transaction.
        colleague_id: The owner of the app.
        step: The time step of the code.
        sealed_secret: The same secret, sealed with the current key.
    """
    using = (
        update(Authenticator)
        .where(
            col(Authenticator.colleague_id) == colleague_id,
            col(Authenticator.confirmed_at).is_not(None),
            col(Authenticator.last_step) < step,
        )
        .values(last_step=step, sealed_secret=sealed_secret)
        .returning(col(Authenticator.colleague_id))
    )
    return (await session.exec(using)).first() is not None


async def renew_recovery_codes(session: AsyncSession, colleague_id: UUID, codes: Sequence[str]) -> None:
    """Replace all recovery codes of a colleague."""
    await session.exec(delete(RecoveryCode).where(col(RecoveryCode.colleague_id) == colleague_id))
    session.add_all(RecoveryCode(colleague_id=colleague_id, code_hash=hashed(code)) for code in codes)
    await session.flush()


async def use_recovery_code(session: AsyncSession, colleague_id: UUID, code: str, at: datetime) -> bool:
    """Mark a recovery code as used; False when it is wrong or was used already."""
    using = (
        update(RecoveryCode)
        .where(
            col(RecoveryCode.colleague_id) == colleague_id,
            col(RecoveryCode.code_hash) == hashed(code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=at)
        .returning(col(RecoveryCode.id))
    )
    return (await session.exec(using)).first() is not None


async def recovery_codes_left(session: AsyncSession, colleague_id: UUID) -> int:
    """How many recovery codes are still unused."""
    query = select(func.count()).select_from(RecoveryCode)
    unused = col(RecoveryCode.used_at).is_(None)
    return (await session.exec(query.where(RecoveryCode.colleague_id == colleague_id, unused))).one()


async def has_recovery_codes(session: AsyncSession, colleague_id: UUID) -> bool:
    """Whether a colleague has recovery codes, used or unused."""
    query = select(RecoveryCode.id).where(RecoveryCode.colleague_id == colleague_id)
    return (await session.exec(query.limit(1))).first() is not None


async def remove_recovery_codes(session: AsyncSession, colleague_id: UUID) -> None:
    """Remove a colleague's recovery codes."""
    await session.exec(delete(RecoveryCode).where(col(RecoveryCode.colleague_id) == colleague_id))


async def remove_app(session: AsyncSession, colleague_id: UUID) -> bool:
    """Remove a colleague's authenticator app, or an unfinished set-up; False when no app was in use."""
    removing = delete(Authenticator).where(col(Authenticator.colleague_id) == colleague_id)
    found = (await session.exec(removing.returning(col(Authenticator.confirmed_at)))).first()
    return found is not None and found[0] is not None


async def remove(session: AsyncSession, colleague_id: UUID) -> bool:
    """Remove all second factors of a colleague and their recovery codes; False when there was none."""
    await remove_recovery_codes(session, colleague_id)
    keys = await passkeys.remove(session, colleague_id)
    return await remove_app(session, colleague_id) or bool(keys)
