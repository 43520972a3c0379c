"""Encrypts everything that Temporal stores: inputs, results, messages, memos and error texts.

Clients and workers use this codec. Workflow ids, activity and signal names, error types and search attributes cannot be
encrypted; whoever runs the server can read them, so none of them may hold anything private.
"""

from collections.abc import Sequence

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from runtime.sealing.keyring import KeyRing, TamperedError

PURPOSE = "payloads"
ENCODING = b"binary/encrypted"
_CONTEXT = "temporal payload"
"""The same for all payloads: the web interface asks to decode them without saying where they came from."""


class EncryptedCodec(PayloadCodec):
    """Encrypts whole payloads, type hints included; the key's id stays readable, so that a rotation can be followed."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring.for_purpose(PURPOSE)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt payloads with the current key."""
        return [self.seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt payloads; one that is not encrypted, such as a signal typed by hand, is returned as it is.

        Raises:
            SealError: A payload cannot be decrypted with this ring.
        """
        return [self.open(payload) for payload in payloads]

    def seal(self, payload: Payload) -> Payload:
        """Encrypt one payload."""
        return Payload(
            metadata={"encoding": ENCODING, "encryption-key-id": self._ring.current.encode()},
            data=self._ring.seal(payload.SerializeToString(), _CONTEXT),
        )

    def open(self, payload: Payload) -> Payload:
        """Decrypt one payload, if it is encrypted.

        Raises:
            SealError: It cannot be decrypted with this ring.
        """
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        try:
            return Payload.FromString(self._ring.open(payload.data, _CONTEXT))
        except DecodeError:
            raise TamperedError from None
