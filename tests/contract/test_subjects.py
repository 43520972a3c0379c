"""Every provider is held to the contract."""

from providers.registry import NAMES
from tests.contract.subjects import SUBJECTS


def test_every_provider_is_a_subject() -> None:
    assert set(SUBJECTS) == set(NAMES)
