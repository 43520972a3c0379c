"""Builds requests for passkeys and checks the browsers' answers, with the WebAuthn library. Stores nothing.

The origin of a passkey (attestation) is not checked: any device that its owner trusts is accepted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from starter.factors.relying_party import RelyingParty

Asked = dict[str, Any]
"""What a browser is asked, as it is sent in JSON (WebAuthn, *PublicKeyCredentialCreationOptionsJSON* and its like)."""

PATIENCE = timedelta(minutes=5)
"""How long browsers let people look for their passkey."""
LONGEST_ID = 1023
"""Bytes of a passkey's id (WebAuthn, *Credential ID*)."""


class NotGoodError(Exception):
    """The answer is not that of a valid passkey to this challenge at this origin."""


@dataclass(frozen=True, slots=True)
class Known:
    """A passkey as it is described to browsers.

    Attributes:
        credential_id: Its id.
        transports: The ways to reach it, separated by commas.
    """

    credential_id: bytes
    transports: str


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that was just created.

    Attributes:
        credential_id: Its id.
        public_key: The key with which its signatures are checked.
        sign_count: Its counter of uses.
        transports: The ways to reach it, separated by commas.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A browser's answer, parsed and not checked yet.

    Attributes:
        challenge: The challenge that it claims was signed.
        credential_id: The id of the passkey.
        handle: The user id in the passkey; None when the answer does not name it.
    """

    challenge: bytes
    credential_id: bytes
    handle: bytes | None = None


def to_add(
    party: RelyingParty, challenge: bytes, *, handle: bytes, account: str, person: str, has: Sequence[Known]
) -> Asked:
    """The options for a browser to create a new passkey.

    Args:
        party: The name and origin for which it is created.
        challenge: The bytes to be signed.
        handle: The user id to be stored in it.
        account: The account name that the browser shows.
        person: Its owner's name.
        has: The passkeys that the colleague has; a device that holds one of them creates no second one.
    """
    wishes = AuthenticatorSelectionCriteria(
        resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
    )
    asked = generate_registration_options(
        rp_id=party.id,
        rp_name="Clientsync",
        user_id=handle,
        user_name=account,
        user_display_name=person,
        challenge=challenge,
        timeout=_milliseconds(PATIENCE),
        authenticator_selection=wishes,
        exclude_credentials=[_described(one) for one in has],
    )
    return options_to_json_dict(asked)


def to_use(party: RelyingParty, challenge: bytes, known: Sequence[Known], *, verified: bool = False) -> Asked:
    """The options for a browser to use a passkey.

    Args:
        party: The name and origin for which it was created.
        challenge: The bytes to be signed.
        known: The passkeys that may be used; empty for any that the browser has for us.
        verified: Whether the passkey must verify its owner, by a PIN or a finger.
    """
    asked = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=_milliseconds(PATIENCE),
        allow_credentials=[_described(one) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED if verified else UserVerificationRequirement.PREFERRED,
    )
    return options_to_json_dict(asked)


def read_new(answer: str) -> Answer:
    """Parse a browser's answer to a request for a new passkey.

    Raises:
        NotGoodError: It cannot be read.
    """
    with _strangers():
        found = parse_registration_credential_json(answer)
        return Answer(_challenge(found.response.client_data_json), found.raw_id)


def read_use(answer: str) -> Answer:
    """Parse a browser's answer to a request to use a passkey.

    Raises:
        NotGoodError: It cannot be read.
    """
    with _strangers():
        found = parse_authentication_credential_json(answer)
        return Answer(_challenge(found.response.client_data_json), found.raw_id, found.response.user_handle)


def made(party: RelyingParty, answer: str, challenge: bytes) -> Made:
    """Check the answer to a request for a new passkey, and return the passkey.

    Raises:
        NotGoodError: It was not made for us, here, or for this challenge.
    """
    with _strangers():
        found = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=party.id, expected_origin=party.origin
        )
        transports = parse_registration_credential_json(answer).response.transports or ()
    if len(found.credential_id) > LONGEST_ID:
        raise NotGoodError
    reached = ",".join(sorted({one.value for one in transports}))
    return Made(found.credential_id, found.credential_public_key, found.sign_count, reached)


def used(party: RelyingParty, answer: str, challenge: bytes, *, public_key: bytes, verified: bool = False) -> int:
    """Check a passkey's signature, and return its counter of uses.

    The library compares counters before it checks the signature, so that a forged answer would look like a copied
    passkey. It is therefore given no counter to compare; the caller compares it.

    Args:
        party: The name and origin for which it was created.
        answer: As the browser sent it.
        challenge: The bytes that had to be signed.
        public_key: The passkey's public key.
        verified: Whether the answer must say that the passkey has verified its owner.

    Raises:
        NotGoodError: It was not signed by this passkey, here, or for this challenge; or not so verified.
    """
    with _strangers():
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=verified,
        )
    return found.new_sign_count


@contextmanager
def _strangers() -> Iterator[None]:
    """Turn any error while parsing or checking outside input into ``NotGoodError``."""
    try:
        yield
    except Exception as error:  # readers of JSON, CBOR, keys and signatures raise of many kinds
        raise NotGoodError from error


def _challenge(client_data: bytes) -> bytes:
    found = parse_client_data_json(client_data)
    if found.cross_origin:  # asked for inside another site's page, which ours never is
        raise NotGoodError
    return found.challenge


def _described(one: Known) -> PublicKeyCredentialDescriptor:
    reached = [AuthenticatorTransport(name) for name in one.transports.split(",") if name]
    return PublicKeyCredentialDescriptor(id=one.credential_id, transports=reached or None)


def _milliseconds(time: timedelta) -> int:
    return int(time.total_seconds() * 1000)
