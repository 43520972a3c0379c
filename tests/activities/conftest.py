"""The practice with one connected client that the models' tests have, for activities too."""

from tests.models.conftest import house

__all__ = ["house"]
