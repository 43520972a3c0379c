"""Journeys of people who sign in, for recording."""

from contracts.names import mail_password_link_id
from tests.journeys.scene import Scene
from tests.replay.journey import Recorded, history


async def forgotten(scene: Scene) -> Recorded:
    """Somebody asks for a new password; nobody has the address."""
    async with scene.worker():
        await scene.operations.forgotten_passwords.ask("nobody@nowhere.example", ip="127.0.0.1")
        [(request_id,)] = await scene.rows("SELECT id FROM password_requests")
        await scene.handle(mail_password_link_id(request_id)).result()
    return {"password-link-mailed": await history(scene, mail_password_link_id(request_id))}


JOURNEYS = (forgotten,)
