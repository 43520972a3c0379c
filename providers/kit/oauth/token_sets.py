"""What a provider keeps sealed: a credential's token set, and the secrets of a sign-in that was begun.

Only the provider that has sealed it reads it.
"""

from dataclasses import dataclass, field

import orjson


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The tokens of one grant. Shown nowhere: its ``repr`` hides them.

    Attributes:
        access_token: Bearer token of the API.
        refresh_token: Single-use token for the next set; empty where there is none.
        scope: The scopes that were granted; empty where that is not known or not asked.
        spare_refresh_token: A refresh token of another set that may be newer; only in sets that earlier versions have
            stored.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scope: tuple[str, ...] = ()
    spare_refresh_token: str = field(default="", repr=False)


def packed(tokens: TokenSet) -> bytes:
    """A token set as a credential's secret."""
    kept: dict[str, object] = {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "scope": tokens.scope,
    }
    return orjson.dumps(kept)


def unpacked(secret: bytes) -> TokenSet:
    """The token set of a credential's secret, also of one that an earlier version has stored."""
    kept = orjson.loads(secret) if secret else {}
    return TokenSet(
        access_token=kept.get("access_token", ""),
        refresh_token=kept.get("refresh_token", ""),
        scope=tuple(kept.get("scope", ())),
        spare_refresh_token=kept.get("spare_refresh_token", ""),
    )


@dataclass(frozen=True, slots=True)
class BegunFlow:
    """What a sign-in that was begun needs again to be finished.

    Attributes:
        code_verifier: The PKCE verifier.
        nonce: What the id_token must repeat; empty where there is none.
        region: The region that was chosen; None where there is none, or the provider itself asks.
    """

    code_verifier: str = field(repr=False)
    nonce: str = field(default="", repr=False)
    region: str | None = None

    def packed(self) -> bytes:
        """As it is kept."""
        return orjson.dumps(self)

    @classmethod
    def unpacked(cls, kept: bytes) -> "BegunFlow":
        """As it was, also as an earlier version has kept it."""
        return cls(**orjson.loads(kept))
