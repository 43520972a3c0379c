"""The workers' hosts: how each reaches the servers, how it is cut off, and the settings that apply there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from runtime.embedded.ports import HOST, Ports
from runtime.embedded.processes import Supervisor
from runtime.sealing.keyring import KeyRing
from runtime.settings.settings import Settings
from starter.embedded import at_stand_ins
from torture.faults.chaos import WORKERS, Target
from torture.stack.cable import Cable
from torture.stack.link import Link, join

PROVIDER = "xero"
"""Whose stand-in it runs on."""

_SERVERS = ("postgres", "temporal", "platform", "mail")


@dataclass(frozen=True, slots=True)
class Host:
    """A worker's host.

    Attributes:
        cables: Relays to database, Temporal, stand-in and mail server, in this order; servers listen on the loopback
            only, which other hosts cannot reach.
        link: The link to the host's own network namespace; None where the worker runs on this host, and its cables are
            cut instead.
    """

    cables: Sequence[Cable]
    link: Link | None

    def command(self, argv: Sequence[str]) -> list[str]:
        """A command to be run on this host."""
        return self.link.inside(argv) if self.link else list(argv)

    def cut(self) -> None:
        """Cut the host off from all servers."""
        if self.link:
            self.link.cut()
            return
        for cable in self.cables:
            cable.cut()

    def mend(self) -> None:
        """Connect the host again."""
        if self.link:
            self.link.mend()
        for cable in self.cables:
            cable.mend()

    async def close(self) -> None:
        """Remove the cables."""
        for cable in self.cables:
            await cable.close()

    def settings(self, everywhere: Settings) -> Settings:
        """The product's settings as they apply on this host: servers are at the ends of its cables."""
        where = self.link.address if self.link else HOST
        database, temporal, platform, mail = (f"{where}:{cable.port}" for cable in self.cables)
        url = everywhere.required("database_url")
        there = everywhere.model_copy(
            update={
                "database_url": SecretStr(url.replace(f"@{HOST}:{urlsplit(url).port}/", f"@{database}/")),
                "temporal_address": temporal,
                "smtp_url": SecretStr(f"smtp://{mail}"),
            }
        )
        return at_stand_ins(there, {PROVIDER: f"http://{platform}"})


async def join_hosts(supervisor: Supervisor, ports: Ports, *, has_namespaces: bool) -> dict[Target, Host]:
    """Create the host of each worker.

    Args:
        supervisor: Owns their processes.
        ports: Ports of servers and cables.
        has_namespaces: Whether each host gets a network namespace of its own.

    Raises:
        ProcessFailedError: The kernel does not let us.
    """
    hosts: dict[Target, Host] = {}
    for number, worker in enumerate(WORKERS, start=1):
        link = await join(supervisor, number) if has_namespaces else None
        where = link.address if link else HOST
        hosts[worker] = Host(
            [Cable(ports.get(f"{worker.value}-{name}"), ports.get(name), where) for name in _SERVERS], link
        )
        for cable in hosts[worker].cables:
            await cable.lay()
    return hosts


def settings_of(directory: Path, ports: Ports) -> Settings:
    """The product's settings, without the database's address."""
    web = ports.get("web")
    settings = Settings(
        _env_file=None,
        temporal_address=f"{HOST}:{ports.get('temporal')}",
        encryption_keys=SecretStr(f"torture:{KeyRing.generate_key()}"),
        smtp_url=SecretStr(f"smtp://{HOST}:{ports.get('mail')}"),
        mail_from="Clientsync <clientsync@practices.example>",
        public_url=f"http://{HOST}:{web}",
        web_port=web,
        reading_processes=1,
        data_dir=directory,
    )
    return at_stand_ins(settings, {PROVIDER: platform_address(ports)})


def platform_address(ports: Ports) -> str:
    """Where the stand-in for the provider listens."""
    return f"http://{HOST}:{ports.get('platform')}"
