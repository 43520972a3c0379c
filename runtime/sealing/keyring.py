"""Sealing: authenticated encryption with keys that can be rotated.

Only this module touches key material. Everything sealed carries the id of its key: the first key of the ring writes,
and every key of the ring reads. Each purpose has keys of its own, derived from the ring's, so that a value sealed for
one purpose cannot be opened for another. Nothing here logs, and no error shows a key or content.
"""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from runtime.settings.cannot_start import CannotStartError

KEY_BYTES = 32
NONCE_BYTES = 12
"""The nonce size that NIST SP 800-38D section 8.2 recommends for GCM."""

_VERSION = b"\x01"
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class SealError(Exception):
    """A sealed value cannot be opened. The error contains nothing of it."""


class UnknownKeyError(SealError):
    """The key with which the value was sealed is not on the ring.

    Attributes:
        key_id: The id that the sealed data names.
    """

    def __init__(self, key_id: str) -> None:
        super().__init__(f"sealed with the key {key_id!r}, which is not on the ring")
        self.key_id = key_id


class TamperedError(SealError):
    """The sealed value was changed or cut, or belongs to another context."""

    def __init__(self) -> None:
        super().__init__("the sealed data was changed, or belongs somewhere else")


class InvalidKeysError(CannotStartError, ValueError):
    """The text of a key ring cannot be parsed. The error shows no key."""


class KeyRing:
    """Keys by id, the current one first; its ``repr`` shows only ids."""

    def __init__(self, keys: Mapping[str, bytes], purpose: str = "general") -> None:
        if not keys:
            raise InvalidKeysError("a key ring needs at least one key")
        self._keys = dict(keys)
        self._purpose = purpose
        self._ciphers = {key_id: AESGCM(_derive(key, purpose)) for key_id, key in self._keys.items()}
        self.current = next(iter(self._keys))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a ring from ``id:base64key,id2:base64key``; the first key is the one that writes.

        Args:
            text: Keys of 32 bytes each in base64 (standard or URL-safe alphabet), comma-separated.

        Raises:
            InvalidKeysError: Which entry is wrong, by its position, and why.
        """
        keys: dict[str, bytes] = {}
        for position, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
            key_id, _, encoded = entry.partition(":")
            if not _KEY_ID.fullmatch(key_id):
                raise InvalidKeysError(f"key {position}: write it as id:base64key, the id in letters, digits or ._-")
            if key_id in keys:
                raise InvalidKeysError(f"key {position}: the id {key_id!r} is there twice")
            try:
                key = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
            except binascii.Error:
                raise InvalidKeysError(f"key {position} ({key_id}): not base64") from None
            if len(key) != KEY_BYTES:
                raise InvalidKeysError(f"key {position} ({key_id}): {len(key)} bytes instead of {KEY_BYTES}")
            keys[key_id] = key
        return cls(keys)

    @staticmethod
    def generate_key() -> str:
        """A new random key in base64, for the settings."""
        return base64.b64encode(os.urandom(KEY_BYTES)).decode()

    def for_purpose(self, purpose: str) -> "KeyRing":
        """The ring of subkeys for one purpose, such as ``payloads``; it cannot open what another purpose sealed."""
        return KeyRing(self._keys, purpose)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt with the current key.

        Args:
            plain: The bytes to encrypt.
            context: Where the value belongs, such as a table, column and row; opening needs the same. It is neither
                secret nor stored.

        Returns:
            Version, key id, nonce and ciphertext; all of it is authenticated.
        """
        header = _header(self.current)
        nonce = os.urandom(NONCE_BYTES)
        return header + nonce + self._ciphers[self.current].encrypt(nonce, plain, header + context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt with whichever key of the ring sealed it.

        Args:
            sealed: What ``seal`` returned.
            context: The same as at sealing.

        Raises:
            UnknownKeyError: Its key is not on the ring.
            TamperedError: It was changed, cut, or belongs to another context or purpose.
        """
        key_id = self.key_id_of(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise UnknownKeyError(key_id)
        header = _header(key_id)
        body = sealed[len(header) :]
        if len(body) < NONCE_BYTES:
            raise TamperedError
        try:
            return cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], header + context.encode())
        except InvalidTag:
            raise TamperedError from None

    @staticmethod
    def key_id_of(sealed: bytes) -> str:
        """The id of the key with which a value was sealed; it tells how far a rotation has come.

        Raises:
            TamperedError: This is not a sealed value.
        """
        if sealed[:1] != _VERSION or len(sealed) < 2:
            raise TamperedError
        key_id = sealed[2 : 2 + sealed[1]].decode("ascii", "replace")
        if not _KEY_ID.fullmatch(key_id):
            raise TamperedError
        return key_id

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)}; purpose={self._purpose})"


def _header(key_id: str) -> bytes:
    return _VERSION + bytes([len(key_id)]) + key_id.encode()


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"clientsync/" + purpose.encode()).derive(key)
