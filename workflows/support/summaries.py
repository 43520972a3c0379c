"""The greatest length of one-line summaries in the Temporal Web UI, in bytes, because the server counts bytes.

A server takes at most 400 bytes of a summary (Temporal's ``limit.userMetadataSummarySize``); some servers do not check.
It counts the sealed payload, which is up to 241 bytes longer than the text as JSON, depending on the length of the
key's id.
"""

import json

LONGEST = 150
"""Bytes of JSON that are left for the text, whichever key seals it: 150 Latin letters, 50 Chinese ones."""

_MORE = "\N{HORIZONTAL ELLIPSIS}"


def shortened(text: str, most: int = LONGEST) -> str:
    """The text if it fits, or else its beginning and an ellipsis.

    Args:
        text: One line.
        most: The greatest length of the text as JSON, in bytes.
    """
    if _bytes(text) <= most:
        return text
    least, end = 0, min(len(text), most)  # no character takes less than a byte
    while least < end:
        middle = (least + end + 1) // 2
        least, end = (middle, end) if _bytes(text[:middle].rstrip() + _MORE) <= most else (least, middle - 1)
    return text[:least].rstrip() + _MORE


def fits(text: str, most: int = LONGEST) -> bool:
    """Whether ``shortened`` would leave the text as it is."""
    return _bytes(text) <= most


def _bytes(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))
