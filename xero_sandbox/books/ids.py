"""Deterministic GUIDs: the same seed and words give the same id for ever."""

from hashlib import blake2b


def guid(*words: object) -> str:
    """A GUID made of ``words``, in Xero's lower-case form."""
    text = ":".join(map(str, words))
    h = blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"
