"""Facts for support staff: the address of our pages, and whether Temporal can search for a client's code."""

from contracts.payload import Payload


class ForSupport(Payload):
    """Facts that whoever starts a workflow hands to it; the texts leave out what is not set.

    Attributes:
        site: Base address of our pages, without a final slash.
        finds_clients: Whether the Temporal server knows the search attribute for a client's code. A workflow that sets
            an attribute which the server does not know stands still, so this must be asked first.
    """

    site: str = ""
    finds_clients: bool = False
