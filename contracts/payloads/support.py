"""What support staff get beside a workflow: the way to our pages, and whether clients can be searched for by code."""

from contracts.payload import Payload


class ForSupport(Payload):
    """Told to a workflow by whoever starts it; what is unset was not told, and is then left out.

    Attributes:
        site: Base address of our pages, without a final slash.
        finds_clients: The server knows the search attribute for a client's code. One that it does not know would hold
            a workflow up, so that nobody may take it for granted.
    """

    site: str = ""
    finds_clients: bool = False
