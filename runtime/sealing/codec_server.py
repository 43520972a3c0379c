"""The codec for Temporal's web interface and command line: pure functions on the bodies that they send.

A support colleague's browser calls these through the web backend, which checks who may. The protocol (JSON of
``temporal.api.common.v1.Payloads``, one endpoint to decode and one to encode) is described at
https://docs.temporal.io/codec-server.
"""

from collections.abc import Callable

from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from runtime.sealing.codec import EncryptedCodec
from runtime.sealing.keyring import KeyRing

ALLOWED_HEADERS = ("content-type", "x-namespace", "authorization", "authorization-extras")
"""What the web interface sends along, for the answer to its CORS preflight; the only method is POST."""


class BadCodecRequestError(ValueError):
    """The body is not the JSON of a list of payloads."""

    def __init__(self) -> None:
        super().__init__('send {"payloads": [...]} as JSON')


def decode_payloads(json_body: str | bytes, ring: KeyRing) -> str:
    """Decrypt payloads.

    Args:
        json_body: JSON of ``Payloads``.
        ring: The installation's key ring.

    Returns:
        JSON of the opened ``Payloads``, in the same order.

    Raises:
        BadCodecRequestError: The body is something else.
        SealError: A payload cannot be opened with this ring.
    """
    return _apply(json_body, EncryptedCodec(ring).open)


def encode_payloads(json_body: str | bytes, ring: KeyRing) -> str:
    """Encrypt payloads, such as the input of a signal that somebody types into the web interface.

    Args:
        json_body: JSON of ``Payloads``.
        ring: The installation's key ring.

    Returns:
        JSON of the sealed ``Payloads``, in the same order.

    Raises:
        BadCodecRequestError: The body is something else.
    """
    return _apply(json_body, EncryptedCodec(ring).seal)


def data_of(json_body: str) -> list[bytes]:
    """The data of decrypted payloads, to find out to which practice they belong.

    Args:
        json_body: What ``decode_payloads`` returned.
    """
    return [payload.data for payload in json_format.Parse(json_body, Payloads()).payloads]


def _apply(json_body: str | bytes, change: Callable[[Payload], Payload]) -> str:
    try:
        payloads = json_format.Parse(json_body, Payloads())
    except (json_format.ParseError, UnicodeDecodeError):
        raise BadCodecRequestError from None
    return json_format.MessageToJson(Payloads(payloads=[change(payload) for payload in payloads.payloads]))
