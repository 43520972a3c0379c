"""What workflows are told for support staff: where our pages are, and whether clients can be found by their code."""

from temporalio.client import Client

from contracts.payloads.support import ForSupport
from contracts.words.names import CLIENT_ATTRIBUTE
from runtime.temporal.optional_attribute import is_known


class Supporting:
    """Asks the server once it has to, and no more once it has the search attribute.

    Args:
        temporal: Connected with the product's converter.
        site: Base address at which browsers reach us, without a final slash.
    """

    def __init__(self, temporal: Client, site: str) -> None:
        self._temporal = temporal
        self._site = site
        self._finds_clients = False

    async def facts(self) -> ForSupport:
        """What a workflow that is started now is told."""
        if not self._finds_clients:
            self._finds_clients = await is_known(self._temporal, self._temporal.namespace, CLIENT_ATTRIBUTE)
        return ForSupport(site=self._site, finds_clients=self._finds_clients)
