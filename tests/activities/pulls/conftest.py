"""The pull of books elsewhere; a module with pulls of its own has another fixture of that name."""

from tests.activities.pulls.elsewhere import pulls

__all__ = ["pulls"]
