"""The greatest size of an answer and the greatest duration of a call, for each kind of call.

The other side decides what it sends. These bounds decide how much of it this process holds; ``providers.kit.http``
enforces them.
"""

from typing import NamedTuple

KIB, MIB = 2**10, 2**20

SHORT = 256 * KIB
"""Bytes up to which an answer counts as short: a profile, which really is some kB."""


class Bound(NamedTuple):
    """The bound of one kind of call.

    Attributes:
        largest: The greatest size of an answer's body in bytes, after decompression. A body that declares more is not
            read; one that turns out to be larger is read only so far.
        seconds: The longest duration of the whole call, from waiting for a connection to the last byte. An answer that
            arrives slowly, each piece within the read time-out, is so ended too, before its worker seems dead.
        is_of_changes: Whether only what has changed is asked for. Nearly all such answers are empty, and few are long.
    """

    largest: int
    seconds: float
    is_of_changes: bool = False

    @property
    def is_short(self) -> bool:
        """Whether the answer usually costs little to work on, so that many of them may come at once."""
        return self.is_of_changes or self.largest <= SHORT

    @property
    def of_changes(self) -> "Bound":
        """The same where only what has changed is asked for."""
        return self._replace(is_of_changes=True)

    @property
    def asked(self) -> "dict[str, Bound]":
        """The bound as an extension of an httpx2 request."""
        return {EXTENSION: self}


EXTENSION = "bound"
"""By what a request's bound is found among its extensions."""

TOKENS = Bound(256 * KIB, 40.0)
"""Of token and revocation endpoints. An answer with three tokens is about 5 kB; an access token that names
hundreds of groups has tens of kB. Token endpoints have been seen to take more than 30 seconds."""

DOCUMENT = Bound(512 * KIB, 40.0)
"""Of discovery documents and signing keys: 2 to 7 kB, and 20 kB with a dozen keys and their certificates."""
