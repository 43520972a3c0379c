"""What is an e-mail address, as strictly as two uses of it need; pure.

An address by which a colleague signs in may lie in a network of their own, such as ``ada@localhost``. An address that
somebody types so that a mail goes there at once has to look like one of the internet: nobody corrects it later, and
characters that mean something in a mail's headers are refused.
"""

import re

from contracts.words.practices import LONGEST_ADDRESS

_NAMED = re.compile(r"[^@\s]+@[^@\s]+")

_NEVER = r"@\s,;<>\"()\[\]\\\x00-\x1f\x7f"
_OF_THE_INTERNET = re.compile(rf"[^{_NEVER}]{{1,64}}@[^.{_NEVER}][^{_NEVER}]*\.[^.{_NEVER}]+")


def is_address(said: str) -> bool:
    """Whether a text names somebody somewhere, if only in a network of one's own."""
    return len(said) <= LONGEST_ADDRESS and _NAMED.fullmatch(said) is not None


def is_of_the_internet(said: str) -> bool:
    """Whether a text is an address to which a mail may be sent at once; every such text is an address."""
    return len(said) <= LONGEST_ADDRESS and _OF_THE_INTERNET.fullmatch(said) is not None
