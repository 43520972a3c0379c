"""The whole product on this machine: servers, stand-in for Xero, worker and web backend, for looking and developing.

Starts processes and nothing else; what they are made of stays in them. All of it stops with the context.
"""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from pydantic import SecretStr

from contracts.words.names import SEARCH_ATTRIBUTES
from models import schema
from runtime.embedded.processes import Child, listens
from runtime.embedded.stack import Stack, embedded_stack, environment_of
from runtime.settings.settings import Settings
from starter.support.temporal_ui import workflows_address

SANDBOX_CLIENT_ID = "5A4DB0C5A4DB0C5A4DB0C5A4DB0C5001"
SANDBOX_CLIENT_SECRET = "sandbox-only-secret-never-use-at-xero"  # noqa: S105  # the stand-in's public constant
HOST = "127.0.0.1"
WORKERS = ("worker", "worker-2")
"""A Python process uses one core; two of them halve the time of a big run on the smallest machine that we think of."""


@dataclass(frozen=True, slots=True)
class Product:
    """The running product.

    Attributes:
        stack: Its servers, and complete settings but for Xero.
        settings: Complete settings; connect with these.
        web_url: The web backend.
        sandbox_url: The stand-in for Xero; None where the settings name a real app.
        temporal_ui_url: Our namespace in Temporal's web interface, where that is known.
        workers: The workers' processes.
        web: The web backend's process.
    """

    stack: Stack
    settings: Settings
    web_url: str
    sandbox_url: str | None
    temporal_ui_url: str | None
    workers: tuple[Child, ...]
    web: Child


@asynccontextmanager
async def embedded_product(settings: Settings, *, sandbox: Sequence[str] = ()) -> AsyncIterator[Product]:
    """Start everything that the settings leave unset, and the product on it.

    Args:
        settings: Unset addresses mean embedded servers; an unset Xero app means the stand-in.
        sandbox: Further arguments for the stand-in.

    Raises:
        DataDirInUseError: Another stack runs on the data directory.
        MissingSettingError: A server is not embedded, and no keys are set.
        ProcessFailedError: Something did not come up.
    """
    async with embedded_stack(settings, search_attributes=SEARCH_ATTRIBUTES) as stack:
        sandbox_url, whole = await _with_xero(stack, sandbox)
        await schema.upgrade(whole.required("database_url"))
        environment = environment_of(whole)
        workers = [
            await stack.start(name, [sys.executable, "-m", "worker"], environment=environment) for name in WORKERS
        ]
        web = await stack.start("web", [sys.executable, "-m", "web"], environment=environment)
        for worker in workers:
            await worker.wait_ready(partial(_said, worker, "Clientsync worker ready"))
        await web.wait_ready(lambda: listens(whole.web_port))
        yield Product(
            stack=stack,
            settings=whole,
            web_url=f"http://{HOST}:{whole.web_port}",
            sandbox_url=sandbox_url,
            temporal_ui_url=workflows_address(whole.temporal_ui_url, whole.temporal_namespace),
            workers=tuple(workers),
            web=web,
        )


async def _with_xero(stack: Stack, arguments: Sequence[str]) -> tuple[str | None, Settings]:
    """The stand-in, started unless the settings name a real app; and the settings with it."""
    settings = stack.settings
    if settings.xero_client_id is not None:
        return None, settings
    port = stack.ports.get("xero-sandbox")
    url = f"http://{HOST}:{port}"
    argv = [sys.executable, "-m", "emulators.xero", "--port", str(port)]
    # Its sign-ins stay valid over a restart, as Xero's would.
    argv += ["--state-file", str(settings.data_dir / "xero-sandbox.json")]
    argv += ["--redirect-uri", f"{settings.public_url}/connect/xero/callback", *arguments]
    await stack.start("xero-sandbox", argv, ready=lambda: listens(port))
    update = {
        "xero_client_id": SANDBOX_CLIENT_ID,
        "xero_client_secret": SecretStr(SANDBOX_CLIENT_SECRET),
        "xero_identity_url": url,
        "xero_api_url": url,
    }
    return url, settings.model_copy(update=update)


async def _said(child: Child, words: str) -> bool:
    return words in child.log.read_text(errors="replace")
