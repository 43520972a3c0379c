"""Sealed values: shown nowhere, and bound to their row."""

from uuid import uuid4

import pytest

from models.kit.sealing import (
    IdentitySecrets,
    open_identity_secrets,
    open_kept,
    open_secret,
    open_spare,
    seal_identity_secrets,
    seal_kept,
    seal_secret,
    seal_spare,
)
from runtime.sealing.keyring import SealError
from tests.models.conftest import a_secret, credential

SECRETS = IdentitySecrets(code_verifier="verifier-1", nonce="nonce-1")


@pytest.mark.parametrize(("seal", "unseal"), [(seal_secret, open_secret), (seal_spare, open_spare)])
def test_a_secret_comes_back_as_it_was(sealer, seal, unseal):
    grant_id = uuid4()
    sealed = seal(sealer, grant_id, a_secret(1))
    assert a_secret(1) not in sealed
    assert unseal(sealer, grant_id, sealed) == a_secret(1)


def test_a_spare_does_not_open_as_the_secret_itself(sealer):
    grant_id = uuid4()
    with pytest.raises(SealError):
        open_secret(sealer, grant_id, seal_spare(sealer, grant_id, a_secret(1)))


def test_secrets_of_a_sign_in_come_back_as_they_were(sealer):
    attempt_id = uuid4()
    sealed = seal_identity_secrets(sealer, attempt_id, SECRETS)
    assert b"verifier-1" not in sealed
    assert open_identity_secrets(sealer, attempt_id, sealed) == SECRETS


def test_a_secret_moved_to_another_row_does_not_open(sealer):
    sealed = seal_secret(sealer, uuid4(), a_secret(1))
    with pytest.raises(SealError):
        open_secret(sealer, uuid4(), sealed)


def test_secrets_moved_to_the_other_table_do_not_open(sealer):
    row_id = uuid4()
    with pytest.raises(SealError):
        open_secret(sealer, row_id, seal_kept(sealer, row_id, b"kept"))


@pytest.mark.parametrize(
    ("opened", "context"),
    [(open_secret, "grants:sealed_tokens"), (open_kept, "consent_attempts:sealed_secrets")],
)
def test_what_an_earlier_version_sealed_opens(sealer, opened, context):
    row_id = uuid4()
    assert opened(sealer, row_id, sealer.seal(b"as it was", f"{context}:{row_id}")) == b"as it was"


def test_no_repr_shows_a_secret():
    shown = f"{credential(1)!r} {SECRETS!r}"
    assert not any(secret in shown for secret in ("secret-1", "verifier-1", "nonce-1"))
