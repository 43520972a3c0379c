"""What is sealed before it is stored: secrets of credentials and of a sign-in under way, and lists that are looked at.

The key ring is not here; whoever has it hands in a ``Sealer``. Every sealed value is bound to its table, column and
row by the context, so that a value moved to another row does not open.
"""

from dataclasses import dataclass, field
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
class IdentitySecrets:
    """What a sign-in at an identity provider needs again when the browser comes back.

    Attributes:
        code_verifier: The PKCE verifier.
        nonce: The value that the id_token must repeat.
    """

    code_verifier: str = field(repr=False)
    nonce: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkMail:
    """A mail with a link for a client's own people.

    Attributes:
        address: Whom it goes to.
        subject: One line.
        body: Its text, with the link.
        reply_to: The colleague's address, for who answers it.
    """

    address: str = field(repr=False)
    subject: str
    body: str = field(repr=False)
    reply_to: str


def seal_secret(sealer: Sealer, grant_id: UUID, secret: bytes) -> bytes:
    """Seal a credential's secret for its row."""
    return sealer.seal(secret, _secret_of(grant_id))


def open_secret(sealer: Sealer, grant_id: UUID, sealed: bytes) -> bytes:
    """Open it; the sealer raises when it is of another row."""
    return sealer.open(sealed, _secret_of(grant_id))


def seal_spare(sealer: Sealer, grant_id: UUID, secret: bytes) -> bytes:
    """Seal a secret that is kept beside a grant's own for its row."""
    return sealer.seal(secret, _spare_of(grant_id))


def open_spare(sealer: Sealer, grant_id: UUID, sealed: bytes) -> bytes:
    """Open it; the sealer raises when it is of another row."""
    return sealer.open(sealed, _spare_of(grant_id))


def seal_kept(sealer: Sealer, attempt_id: UUID, kept: bytes) -> bytes:
    """Seal what a sign-in at a provider needs again for its row."""
    return sealer.seal(kept, _kept_of(attempt_id))


def open_kept(sealer: Sealer, attempt_id: UUID, sealed: bytes) -> bytes:
    """Open it; the sealer raises when it is of another row."""
    return sealer.open(sealed, _kept_of(attempt_id))


def seal_identity_secrets(sealer: Sealer, attempt_id: UUID, secrets: IdentitySecrets) -> bytes:
    """Seal the secrets of a sign-in at an identity provider for its row."""
    return sealer.seal(orjson.dumps(secrets), _identity_secrets_of(attempt_id))


def open_identity_secrets(sealer: Sealer, attempt_id: UUID, sealed: bytes) -> IdentitySecrets:
    """Open the secrets of a sign-in at an identity provider; the sealer raises when they are of another row."""
    return IdentitySecrets(**orjson.loads(sealer.open(sealed, _identity_secrets_of(attempt_id))))


def seal_code_secret(sealer: Sealer, colleague_id: UUID, secret: str) -> bytes:
    """Seal the secret of a colleague's authenticator app for its row."""
    return sealer.seal(secret.encode(), _code_secret_of(colleague_id))


def open_code_secret(sealer: Sealer, colleague_id: UUID, sealed: bytes) -> str:
    """Open the secret of an authenticator app; the sealer raises when it is of another row."""
    return sealer.open(sealed, _code_secret_of(colleague_id)).decode()


def seal_list(sealer: Sealer, import_id: UUID, content: bytes) -> bytes:
    """Seal a list of clients that is being looked at for its row."""
    return sealer.seal(content, _list_of(import_id))


def open_list(sealer: Sealer, import_id: UUID, sealed: bytes) -> bytes:
    """Open it; the sealer raises when it is of another row."""
    return sealer.open(sealed, _list_of(import_id))


def seal_link_mail(sealer: Sealer, mail_id: UUID, mail: LinkMail) -> bytes:
    """Seal a mail with a link for a client's own people for its row."""
    return sealer.seal(orjson.dumps(mail), _link_mail_of(mail_id))


def open_link_mail(sealer: Sealer, mail_id: UUID, sealed: bytes) -> LinkMail:
    """Open it; the sealer raises when it is of another row."""
    return LinkMail(**orjson.loads(sealer.open(sealed, _link_mail_of(mail_id))))


def _link_mail_of(mail_id: UUID) -> str:
    return f"client_link_mails:sealed_mail:{mail_id}"


def _list_of(import_id: UUID) -> str:
    return f"client_imports:sealed_list:{import_id}"


def _code_secret_of(colleague_id: UUID) -> str:
    return f"authenticators:sealed_secret:{colleague_id}"


def _identity_secrets_of(attempt_id: UUID) -> str:
    return f"identity_attempts:sealed_secrets:{attempt_id}"


def _secret_of(grant_id: UUID) -> str:
    # The column's earlier name: what was sealed under it has to open.
    return f"grants:sealed_tokens:{grant_id}"


def _spare_of(grant_id: UUID) -> str:
    return f"grants:sealed_spare:{grant_id}"


def _kept_of(attempt_id: UUID) -> str:
    return f"consent_attempts:sealed_secrets:{attempt_id}"
