"""Puts the name of an accounting software into a text, where it is known which one the text is about.

Sentences that hold for each of them (causes, events, refusals, stored messages) say *the accounting software*. Whoever
shows such a sentence and knows which one is meant shows its name instead; a list of several keeps the neutral words.
"""

from typing import Final

NEUTRAL: Final = "the accounting software"
"""What such sentences say, at their beginning with a capital."""


def named(text: str, title: str | None) -> str:
    """Say the name instead of ``the accounting software``.

    Args:
        text: For people.
        title: The name; None or empty where it is not known which one is meant, and the text stays as it is.
    """
    if not title:
        return text
    return text.replace(NEUTRAL, title).replace(NEUTRAL[0].upper() + NEUTRAL[1:], title)
