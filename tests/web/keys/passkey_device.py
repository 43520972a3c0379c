"""What keeps passkeys, and the browser before it: by WebAuthn's specification, with nothing of our library's.

CBOR is written by hand (RFC 8949, for what authenticators write), keys are ECDSA on P-256 (COSE algorithm -7).
"""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


def cbor(value: Any) -> bytes:
    """Whole numbers, bytes, text and maps."""
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    return head(5, len(value)) + b"".join(cbor(key) + cbor(one) for key, one in value.items())


def head(kind: int, length: int) -> bytes:
    if length < 24:
        return bytes([kind << 5 | length])
    if length < 256:
        return bytes([kind << 5 | 24, length])
    return bytes([kind << 5 | 25]) + struct.pack(">H", length)


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """Keeps one passkey, in a browser that shows a page of this origin.

    Attributes:
        origin: Of the page.
        counts: Whether it counts its uses; those that are kept in several places do not.
        verifies: Whether it makes sure of its owner.
    """

    origin: str
    counts: bool = True
    verifies: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    count: int = 0

    def make(self, asked: dict[str, Any], **lies: Any) -> str:
        """The answer to what the page was told for a new passkey; ``lies`` are as for ``use``."""
        assert {"type": "public-key", "alg": -7} in asked["pubKeyCredParams"]
        self.handle = raw(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        made = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cbor(cose)
        data = self._data(lies.get("party", asked["rp"]["id"]), ATTESTED) + made
        whole = cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"], lies)
        return self._written({"attestationObject": text(whole), "clientDataJSON": text(client), "transports": ["usb"]})

    def use(self, asked: dict[str, Any], **lies: Any) -> str:
        """The answer to what the page was told for the use of one.

        Args:
            asked: That.
            lies: What is otherwise than it should be: ``challenge``, ``origin``, ``kind``, ``party``, ``signature``,
                ``handle``, ``crossOrigin``.
        """
        assert not asked["allowCredentials"] or text(self.credential_id) in {
            one["id"] for one in asked["allowCredentials"]
        }
        data = self._data(lies.get("party", asked["rpId"]))
        client = self._client("webauthn.get", asked["challenge"], lies)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        handle = lies.get("handle", self.handle)
        return self._written(
            {
                "authenticatorData": text(data),
                "clientDataJSON": text(client),
                "signature": text(lies.get("signature", signature)),
                **({"userHandle": text(handle)} if handle else {}),
            }
        )

    def copied(self) -> "Device":
        """The same passkey in somebody else's hands, as it is now."""
        return replace(self)

    def _data(self, party: str, flags: int = 0) -> bytes:
        self.count += self.counts
        flags |= PRESENT | (VERIFIED if self.verifies else 0) | (0 if self.counts else BACKUP_ELIGIBLE | BACKED_UP)
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _client(self, kind: str, challenge: str, lies: dict[str, Any]) -> bytes:
        said = {
            "type": lies.get("kind", kind),
            "challenge": lies.get("challenge", challenge),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": lies.get("crossOrigin", False),
        }
        return json.dumps(said).encode()

    def _written(self, response: dict[str, Any]) -> str:
        name = text(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
