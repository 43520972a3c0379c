"""The key that signs tokens: RS256 with a ``kid``, published at the JWKS address."""

import base64
import hashlib
import secrets

from joserfc import jwt
from joserfc.jwk import RSAKey

Claims = dict[str, object]


class SigningKey:
    """One RSA key.

    Args:
        saved: A private key as JWK, to go on with an earlier one; a new key otherwise.
    """

    def __init__(self, saved: dict[str, str] | None = None) -> None:
        if saved is None:
            fresh = RSAKey.generate_key(2048, private=True)
            saved = {name: str(value) for name, value in fresh.as_dict(private=True).items()}
            saved["kid"] = secrets.token_hex(16).upper()
        self._private = saved
        self._key = RSAKey.import_key(dict(saved))
        thumbprint = hashlib.sha1(saved["n"].encode(), usedforsecurity=False).digest()
        self._header = {
            "alg": "RS256",
            "typ": "JWT",
            "kid": saved["kid"],
            "x5t": base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode(),
        }

    def public(self) -> dict[str, list[dict[str, object]]]:
        """The JWKS document."""
        public: dict[str, object] = dict(self._key.as_dict(private=False))
        return {"keys": [public | {"use": "sig", "alg": "RS256", "kid": self._private["kid"]}]}

    def private(self) -> dict[str, str]:
        """The key to save; secret."""
        return dict(self._private)

    def sign(self, claims: Claims, algorithm: str = "RS256") -> str:
        """A signed JWT of these claims."""
        return jwt.encode(self._header | {"alg": algorithm}, claims, self._key, algorithms=[algorithm])


def half_hash(token: str) -> str:
    """The ``at_hash`` of an access token: the left half of its SHA-256."""
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
