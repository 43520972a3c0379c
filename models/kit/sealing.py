"""What is sealed before it is stored: token sets and the secrets of a sign-in under way.

The key ring is not here; whoever has it hands in a ``Sealer``. Every sealed value is bound to its table, column and
row by the context, so that a value moved to another row does not open.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

import orjson


class Sealer(Protocol):
    """Authenticated encryption with a key ring."""

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt ``plain`` so that it opens under the same ``context`` only."""
        ...

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt what ``seal`` made; raises if it is damaged, of an unknown key, or from another context."""
        ...


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """The tokens of a grant, as they are sealed and stored.

    Attributes:
        access_token: Bearer token of the provider's API.
        refresh_token: Single-use token for the next set.
        expires_at: When the access token dies (aware, UTC).
        scope: The scopes that were granted.
        spare_refresh_token: One of another set that came at about the same time, if nobody knows which of the two the
            provider gave last. It is tried before the grant is called dead, and forgotten with the next set.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    scope: tuple[str, ...] = ()
    spare_refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ConsentSecrets:
    """What has to come back out when the browser does.

    Attributes:
        code_verifier: The PKCE verifier.
        nonce: What the id_token must repeat.
    """

    code_verifier: str = field(repr=False)
    nonce: str = field(repr=False)


def seal_tokens(sealer: Sealer, grant_id: UUID, tokens: StoredTokens) -> bytes:
    """Seal a grant's tokens for its row."""
    return sealer.seal(orjson.dumps(tokens), _tokens_of(grant_id))


def open_tokens(sealer: Sealer, grant_id: UUID, sealed: bytes) -> StoredTokens:
    """Open a grant's tokens; raises what the sealer raises if they are not of this row."""
    kept = orjson.loads(sealer.open(sealed, _tokens_of(grant_id)))
    return StoredTokens(
        access_token=kept["access_token"],
        refresh_token=kept["refresh_token"],
        expires_at=datetime.fromisoformat(kept["expires_at"]),
        scope=tuple(kept["scope"]),
        spare_refresh_token=kept.get("spare_refresh_token", ""),
    )


def seal_secrets(sealer: Sealer, attempt_id: UUID, secrets: ConsentSecrets) -> bytes:
    """Seal the secrets of a sign-in for its row."""
    return sealer.seal(orjson.dumps(secrets), _secrets_of(attempt_id))


def open_secrets(sealer: Sealer, attempt_id: UUID, sealed: bytes) -> ConsentSecrets:
    """Open the secrets of a sign-in; raises what the sealer raises if they are not of this row."""
    return ConsentSecrets(**orjson.loads(sealer.open(sealed, _secrets_of(attempt_id))))


def seal_identity_secrets(sealer: Sealer, attempt_id: UUID, secrets: ConsentSecrets) -> bytes:
    """Seal the secrets of a sign-in at an identity provider for its row."""
    return sealer.seal(orjson.dumps(secrets), _identity_secrets_of(attempt_id))


def open_identity_secrets(sealer: Sealer, attempt_id: UUID, sealed: bytes) -> ConsentSecrets:
    """Open them; raises what the sealer raises if they are not of this row."""
    return ConsentSecrets(**orjson.loads(sealer.open(sealed, _identity_secrets_of(attempt_id))))


def seal_code_secret(sealer: Sealer, colleague_id: UUID, secret: str) -> bytes:
    """Seal the secret of a colleague's authenticator app for its row."""
    return sealer.seal(secret.encode(), _code_secret_of(colleague_id))


def open_code_secret(sealer: Sealer, colleague_id: UUID, sealed: bytes) -> str:
    """Open it; raises what the sealer raises if it is not of this row."""
    return sealer.open(sealed, _code_secret_of(colleague_id)).decode()


def _code_secret_of(colleague_id: UUID) -> str:
    return f"authenticators:sealed_secret:{colleague_id}"


def _identity_secrets_of(attempt_id: UUID) -> str:
    return f"identity_attempts:sealed_secrets:{attempt_id}"


def _tokens_of(grant_id: UUID) -> str:
    return f"grants:sealed_tokens:{grant_id}"


def _secrets_of(attempt_id: UUID) -> str:
    return f"consent_attempts:sealed_secrets:{attempt_id}"
