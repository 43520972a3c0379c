"""Sets up a demo practice on a new installation on one's own machine, so that its owner can sign in.

It is made at the first start and kept; later starts change nothing.
"""

import secrets
from pathlib import Path
from typing import NamedTuple

from contracts.words.practices import Plan, Role
from contracts.words.refusals import RefusalCode, Refused
from models.kit.database import Database
from runtime.embedded.private_file import write_private
from starter.access.sessions import Sessions
from starter.access.tokens import Tokens
from starter.people.colleagues import Colleagues

PRACTICE = "Harbour Lane Accountants"
ADA, BEN, CLEO = "ada@harbour-lane.example", "ben@harbour-lane.example", "cleo@harbour-lane.example"
TEAMS = (("Bookkeeping", (ADA, BEN)), ("Year end", (ADA, CLEO)))
TOKEN_FILE, PASSWORD_FILE = "demo-token", "demo-password"  # files' names


class FirstLook(NamedTuple):
    """How to sign in to the demo practice.

    Attributes:
        email: Address of its admin.
        password: The generated password; None once somebody has changed it.
        token: A bearer token of the admin, for the API.
    """

    email: str
    password: str | None
    token: str


async def first_look(database: Database, public_url: str, directory: Path) -> FirstLook:
    """Create the demo practice with its people, or find it.

    Args:
        database: The installation's.
        public_url: Base address of its pages.
        directory: Where password and token are stored, readable by their owner only.
    """
    colleagues, sessions, tokens = Colleagues(database), Sessions(database, public_url), Tokens(database)
    token_file, password_file = directory / TOKEN_FILE, directory / PASSWORD_FILE
    if not password_file.exists():  # written last: a start that was interrupted is made good by the next
        await _set_up(colleagues)
        password = secrets.token_urlsafe(12)
        await sessions.set_password(ADA, password)
        write_private(token_file, await _token(tokens))
        write_private(password_file, password)
    password = password_file.read_text()
    try:
        await tokens.by_secret(token_file.read_text())
    except Refused:  # it is over, or was withdrawn: this machine's owner gets another one
        write_private(token_file, await _token(tokens))
    is_current = await sessions.is_password(ADA, password)
    return FirstLook(ADA, password if is_current else None, token_file.read_text())


async def _token(tokens: Tokens) -> str:
    return (await tokens.create_for(ADA, name="For looking around")).secret


async def _set_up(colleagues: Colleagues) -> None:
    """Create practice, people and teams; those that exist already are left as they are."""
    try:
        await colleagues.create_practice(
            name=PRACTICE,
            plan=Plan.ADVANCED,
            allowance=2_000,
            time_zone="Europe/London",
            admin_email=ADA,
            admin_name="Ada Harbour",
        )
    except Refused as refused:
        _unless_there(refused)
    for email, name in ((BEN, "Ben Quay"), (CLEO, "Cleo Pier")):
        try:
            await colleagues.create(practice=PRACTICE, email=email, name=name, role=Role.MEMBER)
        except Refused as refused:
            _unless_there(refused)
    for name, members in TEAMS:
        try:
            await colleagues.create_team(practice=PRACTICE, name=name, members=list(members))
        except Refused as refused:
            _unless_there(refused)


def _unless_there(refused: Refused) -> None:
    if refused.refusal.code is not RefusalCode.DUPLICATE:
        raise refused
