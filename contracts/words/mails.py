"""How long a mail to a colleague is tried that the mail server does not take; the sentence about it says the same."""

from datetime import timedelta
from typing import Final

WORTH_SENDING: Final = timedelta(days=3)
"""What was written longer ago, before there was a mail server, would only confuse."""

TOLD_AFTER: Final = timedelta(days=1)
"""A mail that is not taken is tried for so long before the practice is told of it."""
