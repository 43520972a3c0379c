"""Runs the whole product on this machine: servers, stand-ins, worker and web backend, for trying and developing.

It only starts processes, and all of them stop when the context ends.
"""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from contracts.words.names import SEARCH_ATTRIBUTES
from models import schema
from providers import registry
from runtime.embedded.processes import Child, listens
from runtime.embedded.stack import Stack, embedded_stack, environment_of
from runtime.settings.settings import Settings
from starter.support.temporal_ui import workflows_address

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Product:
    """The running product.

    Attributes:
        stack: The embedded servers; its settings are complete but for providers.
        settings: Complete settings; connect with these.
        web_url: Address of the web backend.
        stand_ins: The stand-ins' addresses by the providers' names; none where the settings name a real app.
        temporal_ui_url: Address of our namespace in Temporal's web interface; None when it is not known.
        worker: The worker's process; those that read for it are its children.
        web: The web backend's process.
    """

    stack: Stack
    settings: Settings
    web_url: str
    stand_ins: Mapping[str, str]
    temporal_ui_url: str | None
    worker: Child
    web: Child


@asynccontextmanager
async def embedded_product(
    settings: Settings, *, sandbox: Sequence[str] = (), stand_ins: Sequence[str] = registry.NAMES
) -> AsyncIterator[Product]:
    """Start servers for everything that the settings leave unset, and the product with them.

    Args:
        settings: Unset addresses mean embedded servers; where no provider's app is configured, stand-ins replace the
            providers.
        sandbox: Further arguments for the stand-ins.
        stand_ins: The providers whose stand-ins are started, where no real app is configured.

    Raises:
        DataDirInUseError: Another stack runs on the data directory.
        MissingSettingError: A server is not embedded, and no keys are set.
        ProcessFailedError: Something did not come up.
    """
    async with embedded_stack(settings, search_attributes=SEARCH_ATTRIBUTES) as stack:
        addresses, whole = await _with_stand_ins(stack, stand_ins, sandbox)
        await schema.upgrade(whole.required("database_url"))
        environment = environment_of(whole)
        worker = await stack.start("worker", [sys.executable, "-m", "worker"], environment=environment)
        web = await stack.start("web", [sys.executable, "-m", "web"], environment=environment)
        await worker.wait_ready(partial(_said, worker, "Clientsync worker ready"))
        await web.wait_ready(lambda: listens(whole.web_port))
        yield Product(
            stack=stack,
            settings=whole,
            web_url=f"http://{HOST}:{whole.web_port}",
            stand_ins=addresses,
            temporal_ui_url=workflows_address(whole.temporal_ui_url, whole.temporal_namespace),
            worker=worker,
            web=web,
        )


async def _with_stand_ins(
    stack: Stack, names: Sequence[str], arguments: Sequence[str]
) -> tuple[Mapping[str, str], Settings]:
    """Start the stand-ins unless the settings name a real app; returns their addresses, and settings that use them."""
    settings = stack.settings
    if registry.those_on(settings.providers):
        return {}, settings
    addresses = {name: await _stand_in(stack, name, arguments) for name in names}
    return addresses, at_stand_ins(settings, addresses)


async def _stand_in(stack: Stack, provider: str, arguments: Sequence[str]) -> str:
    process = f"{provider}-sandbox"
    port = stack.ports.get(process)
    argv = [sys.executable, "-m", f"emulators.{provider}", "--port", str(port)]
    # Its sign-ins stay valid over a restart, as the provider's would.
    argv += ["--state-file", str(stack.settings.data_dir / f"{process}.json")]
    argv += ["--redirect-uri", f"{stack.settings.public_url}/connect/{provider}/callback", *arguments]
    await stack.start(process, argv, ready=lambda: listens(port))
    return f"http://{HOST}:{port}"


def at_stand_ins(settings: Settings, addresses: Mapping[str, str]) -> Settings:
    """The settings with the apps that the stand-ins know.

    Args:
        settings: The product's settings.
        addresses: Addresses of the stand-ins, by the providers' names.
    """
    own = {one.name: one for one in registry.all_of(settings.providers)}
    changed = {name: own[name].at_stand_in(url) for name, url in addresses.items()}
    return settings.model_copy(update={"providers": own | changed})


async def _said(child: Child, words: str) -> bool:
    return words in child.log.read_text(errors="replace")
