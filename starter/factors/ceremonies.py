"""What browsers are asked of passkeys, and whether what they answer is good: WebAuthn, by its library. Keeps nothing.

Where a passkey comes from is not asked for: any that its owner trusts is good enough for us.
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
    """What was answered is no answer of a passkey to this challenge, at this place."""


@dataclass(frozen=True, slots=True)
class Known:
    """A passkey as browsers are told of it.

    Attributes:
        credential_id: Its id.
        transports: How it is reached, with commas between.
    """

    credential_id: bytes
    transports: str


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that was just made.

    Attributes:
        credential_id: Its id.
        public_key: By which its signatures are checked.
        sign_count: How often it was used.
        transports: How it is reached, with commas between.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser answered, read and not checked yet.

    Attributes:
        challenge: What it says that was signed.
        credential_id: By which passkey.
        handle: Whose it says that is; None when it does not say.
    """

    challenge: bytes
    credential_id: bytes
    handle: bytes | None = None


def to_add(
    party: RelyingParty, challenge: bytes, *, handle: bytes, account: str, person: str, has: Sequence[Known]
) -> Asked:
    """What a browser is asked for a new passkey.

    Args:
        party: Whom it is made for.
        challenge: To be signed.
        handle: What its owner is called in it.
        account: What the browser shows when it is used.
        person: Its owner's name.
        has: Those that they have: none is made twice in one place.
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
    """What a browser is asked for the use of a passkey.

    Args:
        party: Whom it was made for.
        challenge: To be signed.
        known: One of these; any that the browser has, when empty.
        verified: The passkey has to make sure that it is its owner, by a PIN or a finger.
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
    """What a browser answered that was asked for a new passkey.

    Raises:
        NotGoodError: It cannot be read.
    """
    with _strangers():
        found = parse_registration_credential_json(answer)
        return Answer(_challenge(found.response.client_data_json), found.raw_id)


def read_use(answer: str) -> Answer:
    """What a browser answered that was asked for the use of one.

    Raises:
        NotGoodError: It cannot be read.
    """
    with _strangers():
        found = parse_authentication_credential_json(answer)
        return Answer(_challenge(found.response.client_data_json), found.raw_id, found.response.user_handle)


def made(party: RelyingParty, answer: str, challenge: bytes) -> Made:
    """The passkey that was made.

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
    """How often the passkey says that it was used, once its signature is found good.

    The library compares counters before it looks at the signature, so that a made-up answer would look like a copied
    passkey: it is given none to compare.

    Args:
        party: Whom it was made for.
        answer: As the browser sent it.
        challenge: What had to be signed.
        public_key: The passkey's.
        verified: It has to say that it made sure that it was its owner.

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
    """Whatever goes wrong in what came from outside means that it is not good."""
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
