"""Creates and compares one-time codes and recovery codes. Stores nothing; the caller marks codes as used."""

import base64
import hmac
import re
import secrets
from datetime import datetime

import pyotp

SECONDS = 30
"""For which a code stands in the app (RFC 6238's own)."""
CLOCKS_APART = 1
"""Steps by which the app's clock may be off, either way."""
RECOVERY_CODES = 10

_DIGITS = re.compile(r"[0-9]{6}")
_BETWEEN = re.compile(r"[\s-]+")


def new_secret() -> str:
    """A new secret for an authenticator app: 160 random bits, in base 32."""
    return pyotp.random_base32()


def address(secret: str, *, email: str, practice: str) -> str:
    """The ``otpauth://…`` address that an app reads from the QR code. It contains the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Clientsync ({practice.replace(':', ' ')})")


def step_of(secret: str, code: str, at: datetime, *, after: int = 0) -> int | None:
    """The time step to which a code belongs; None when it is wrong or was used.

    Args:
        secret: The app's secret.
        code: As it was typed.
        at: This moment.
        after: The last used time step; codes of it and of earlier ones are refused.
    """
    typed, codes = plain(code), pyotp.TOTP(secret)
    if not _DIGITS.fullmatch(typed):
        return None
    now = int(at.timestamp()) // SECONDS
    steps = range(max(now - CLOCKS_APART, after + 1), now + CLOCKS_APART + 1)
    good = [step for step in steps if hmac.compare_digest(codes.generate_otp(step), typed)]
    return good[0] if good else None


def new_recovery_codes() -> list[str]:
    """Ten recovery codes of 80 random bits each, as people read them: ``k7f3-q2ma-…``."""
    return ["-".join(re.findall("....", _random_letters())) for _ in range(RECOVERY_CODES)]


def plain(code: str) -> str:
    """A code in small letters without separators; the hash of this form is stored."""
    return _BETWEEN.sub("", code).lower()


def _random_letters() -> str:
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()
