"""What Sage's client keeps sealed: a credential's tokens, and the secret of a sign-in that was begun.

Only this package reads it.
"""

from dataclasses import dataclass, field

import orjson


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The tokens of one grant at Sage. Shown nowhere: its ``repr`` hides them.

    Attributes:
        access_token: Bearer token of the API, good for five minutes.
        refresh_token: Single-use token for the next set; dead as soon as it was used.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    def packed(self) -> bytes:
        """As a credential's secret."""
        return orjson.dumps(self)

    @classmethod
    def unpacked(cls, secret: bytes) -> "TokenSet":
        """The tokens of a credential's secret."""
        kept = orjson.loads(secret) if secret else {}
        return cls(kept.get("access_token", ""), kept.get("refresh_token", ""))


@dataclass(frozen=True, slots=True)
class Kept:
    """What a sign-in that was begun needs again to be finished.

    Attributes:
        code_verifier: The PKCE verifier.
        region: The country that was chosen; None where Sage itself asked.
    """

    code_verifier: str = field(repr=False)
    region: str | None = None

    def packed(self) -> bytes:
        """As it is kept."""
        return orjson.dumps(self)

    @classmethod
    def unpacked(cls, kept: bytes) -> "Kept":
        """As it was."""
        opened = orjson.loads(kept)
        return cls(opened["code_verifier"], opened.get("region"))
