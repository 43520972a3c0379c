"""One odd character in an answer that is fine otherwise: what people paste, as several SDKs have reported it."""

_MARK = b"\xef\xbb\xbf"
_WRITTEN = {
    "surrogate": rb"Caf\ud83d ",
    "control": b"Caf\x0b\t ",
    "latin1": b"Caf\xe9 ",
}

ODDITIES = ("surrogate", "control", "byte_order_mark", "latin1")


def with_oddity(body: bytes, oddity: str) -> bytes:
    """The body with one odd character in the first name in it; a byte order mark stands before everything.

    Args:
        body: JSON.
        oddity: One of ``ODDITIES``.
    """
    if oddity == "byte_order_mark":
        return _MARK + body
    for opening in (b'"Name":"', b'"tenantName":"', b'"displayed_as":"', b'"DisplayName":"'):
        if opening in body:
            return body.replace(opening, opening + _WRITTEN[oddity], 1)
    return body
