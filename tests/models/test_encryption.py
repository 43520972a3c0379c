"""Sealed values: shown nowhere, and bound to their row."""

from uuid import uuid4

import pytest

from models.kit.sealing import ConsentSecrets, open_secrets, open_tokens, seal_secrets, seal_tokens
from runtime.sealing.keyring import SealError
from tests.models.conftest import tokens

SECRETS = ConsentSecrets(code_verifier="verifier-1", nonce="nonce-1")


def test_tokens_come_back_as_they_were(sealer):
    grant_id = uuid4()
    sealed = seal_tokens(sealer, grant_id, tokens(1))
    assert b"access-1" not in sealed
    assert open_tokens(sealer, grant_id, sealed) == tokens(1)


def test_secrets_of_a_sign_in_come_back_as_they_were(sealer):
    attempt_id = uuid4()
    sealed = seal_secrets(sealer, attempt_id, SECRETS)
    assert b"verifier-1" not in sealed
    assert open_secrets(sealer, attempt_id, sealed) == SECRETS


def test_tokens_moved_to_another_row_do_not_open(sealer):
    sealed = seal_tokens(sealer, uuid4(), tokens(1))
    with pytest.raises(SealError):
        open_tokens(sealer, uuid4(), sealed)


def test_secrets_moved_to_the_other_table_do_not_open(sealer):
    row_id = uuid4()
    with pytest.raises(SealError):
        open_tokens(sealer, row_id, seal_secrets(sealer, row_id, SECRETS))


def test_no_repr_shows_a_secret():
    shown = f"{tokens(1)!r} {SECRETS!r}"
    assert not any(secret in shown for secret in ("access-1", "refresh-1", "verifier-1", "nonce-1"))
