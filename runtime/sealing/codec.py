"""Encryption of everything that Temporal stores: inputs, results, messages, memos and error texts.

Both sides of the wire use the one codec. What it cannot hide stays readable to whoever runs the server: workflow ids,
activity and signal names, error types and search attributes, so none of those may hold anything private.
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
    """Seals whole payloads, type hints included; the key's id stays in the open, to watch a rotation."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring.for_purpose(PURPOSE)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal payloads with the current key."""
        return [self.seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open what is sealed; what is not, such as a signal typed by hand without the codec, passes as it is.

        Raises:
            SealError: A payload cannot be opened with this ring.
        """
        return [self.open(payload) for payload in payloads]

    def seal(self, payload: Payload) -> Payload:
        """One payload, sealed."""
        return Payload(
            metadata={"encoding": ENCODING, "encryption-key-id": self._ring.current.encode()},
            data=self._ring.seal(payload.SerializeToString(), _CONTEXT),
        )

    def open(self, payload: Payload) -> Payload:
        """One payload, opened if it is sealed.

        Raises:
            SealError: It cannot be opened with this ring.
        """
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        try:
            return Payload.FromString(self._ring.open(payload.data, _CONTEXT))
        except DecodeError:
            raise TamperedError from None
