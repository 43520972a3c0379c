"""Journeys of people who sign in, for recording."""

from uuid import UUID

from sqlalchemy import text

from contracts.words.names import mail_client_link_id, mail_password_link_id
from tests.journeys.scene import Scene
from tests.replay.journey import Recorded, history


async def forgotten(scene: Scene) -> Recorded:
    """Somebody asks for a new password; nobody has the address."""
    async with scene.worker():
        await scene.operations.forgotten_passwords.ask("nobody@nowhere.example", ip="127.0.0.1")
        [(request_id,)] = await scene.rows("SELECT id FROM password_requests")
        await scene.handle(mail_password_link_id(request_id)).result()
    return {"password-link-mailed": await history(scene, mail_password_link_id(request_id))}


async def asked_in_vain(scene: Scene) -> Recorded:
    """A client's own people are to be mailed a link, which is withdrawn before the worker comes to it."""
    async with scene.worker():
        await scene.added()
    client, *_ = await scene.clients()
    client_id = UUID(client["client_id"])
    links = scene.operations.client_links
    links._mails.sends_mail = True  # no mail is ever sent of it
    made = await links.make(scene.actor, client_id, send_to="nobody@nowhere.example")
    await links.withdraw(scene.actor, client_id, made.link_id)
    [(mail_id,)] = await scene.rows("SELECT id FROM client_link_mails")
    async with scene.worker():
        await scene.handle(mail_client_link_id(mail_id)).result()
    return {"client-link-mailed": await history(scene, mail_client_link_id(mail_id))}


async def never_stored(scene: Scene) -> Recorded:
    """A start is given up after the workflow server has taken it; nobody ever signs in."""
    run_id, _ = await scene.start()
    async with scene.database.transaction() as session:
        connection = await session.connection()
        for statement in (
            "sign_in_links WHERE run_id",
            "consent_attempts WHERE run_id",
            "events WHERE run_id",
            "runs WHERE id",
        ):
            await connection.execute(text(f"DELETE FROM {statement} = :id"), {"id": run_id})  # noqa: S608  # ours
    async with scene.worker():
        await scene.handle(run_id).result()
    return {"run-never-stored": await history(scene, run_id)}


async def nobody_signs_in(scene: Scene) -> Recorded:
    """It is looked whether the run was stored, and it was."""
    run_id, _ = await scene.start()
    async with scene.worker():
        await scene.handle(run_id).result()
    return {"run-expired-after-a-look": await history(scene, run_id)}


JOURNEYS = (forgotten, asked_in_vain)
