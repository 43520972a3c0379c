"""A client's short code: letters of its name that people recognise, and a number that makes it unique."""

import re
import unicodedata


def client_code(name: str, number: int) -> str:
    """A short code that is unique in the practice: ``SMIT0042``.

    Args:
        name: The client's name.
        number: The practice's next client number.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    return f"{re.sub(r'[^A-Z0-9]', '', plain)[:4] or 'CLNT'}{number:04d}"
