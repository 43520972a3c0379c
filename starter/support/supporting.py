"""The facts for support staff that workflows get: the address of our pages, and whether codes can be searched for."""

from temporalio.client import Client

from contracts.payloads.support import ForSupport
from contracts.words.names import CLIENT_ATTRIBUTE
from runtime.temporal.optional_attribute import is_known


class Supporting:
    """Asks the server whether it knows the search attribute for codes, until it does.

    Args:
        temporal: A client with the product's payload converter.
        site: Base address of our pages, without a final slash.
    """

    def __init__(self, temporal: Client, site: str) -> None:
        self._temporal = temporal
        self._site = site
        self._finds_clients = False

    async def facts(self) -> ForSupport:
        """The facts for a workflow that is started now."""
        if not self._finds_clients:
            self._finds_clients = await is_known(self._temporal, self._temporal.namespace, CLIENT_ATTRIBUTE)
        return ForSupport(site=self._site, finds_clients=self._finds_clients)
