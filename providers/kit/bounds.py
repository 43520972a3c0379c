"""How much of an answer is read, and for how long it is waited: data, one bound for each kind of call.

A platform, or whoever stands in its place, decides what it sends. What decides how much of it this process holds, and
how long a call may last in all, stands here and in the providers' tables; ``providers.kit.http`` heeds it.
"""

from typing import NamedTuple

KIB, MIB = 2**10, 2**20


class Bound(NamedTuple):
    """Of one kind of call.

    Attributes:
        largest: Bytes of an answer's body, unpacked. A body declared to be larger is not read at all, and one that
            turns out to be larger is read so far and no further.
        seconds: The whole call, from waiting for a connection to the last byte: an answer that drips in, each piece
            within the read timeout, must end too, and before a worker seems dead.
    """

    largest: int
    seconds: float

    @property
    def asked(self) -> "dict[str, Bound]":
        """As the extension of a request that is bound by it."""
        return {EXTENSION: self}


EXTENSION = "bound"
"""By what a request's bound is found among its extensions."""

TOKENS = Bound(256 * KIB, 40.0)
"""Of token and revocation endpoints. Xero's answer with three tokens is about 5 kB; an access token that names
hundreds of groups has tens of kB. Token endpoints have been seen to take more than 30 seconds."""

DOCUMENT = Bound(512 * KIB, 40.0)
"""Of discovery documents and signing keys: 2 to 7 kB, and 20 kB with a dozen keys and their certificates."""
