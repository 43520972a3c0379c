"""Where everything is: the settings of the stack, and those of a worker's host, whose servers are at cables' ends."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from runtime.keyring import KeyRing
from runtime.ports import HOST, Ports
from runtime.settings import Settings
from torture.cable import Cable
from torture.chaos import WORKERS, Target

CLIENT_ID = "5A4DB0C5A4DB0C5A4DB0C5A4DB0C5001"
CLIENT_SECRET = "sandbox-only-secret-never-use-at-xero"  # noqa: S105  # the stand-in's public constant


async def lay_cables(ports: Ports) -> dict[Target, list[Cable]]:
    """Lay each worker's cables to database, workflow server and platform, in this order."""
    laid: dict[Target, list[Cable]] = {}
    for worker in WORKERS:
        laid[worker] = [
            Cable(ports.get(f"{worker.value}-{name}"), to)
            for name, to in (
                ("postgres", ports.get("postgres")),
                ("temporal", ports.get("temporal")),
                ("platform", ports.get("platform")),
            )
        ]
        for cable in laid[worker]:
            await cable.lay()
    return laid


def on_host(settings: Settings, cables: list[Cable]) -> Settings:
    """The settings of a worker's host, whose servers are at the ends of its cables."""
    database, temporal, platform = (cable.port for cable in cables)
    url = settings.required("database_url")
    address = f"http://{HOST}:{platform}"
    return settings.model_copy(
        update={
            "database_url": SecretStr(url.replace(f":{urlsplit(url).port}/", f":{database}/")),
            "temporal_address": f"{HOST}:{temporal}",
            "xero_api_url": address,
            "xero_identity_url": address,
        }
    )


def settings_of(directory: Path, ports: Ports) -> Settings:
    """The product's settings, all but the database's address."""
    web, platform = ports.get("web"), f"http://{HOST}:{ports.get('platform')}"
    return Settings(
        _env_file=None,
        temporal_address=f"{HOST}:{ports.get('temporal')}",
        encryption_keys=SecretStr(f"torture:{KeyRing.generate_key()}"),
        xero_client_id=CLIENT_ID,
        xero_client_secret=SecretStr(CLIENT_SECRET),
        xero_identity_url=platform,
        xero_api_url=platform,
        public_url=f"http://{HOST}:{web}",
        web_port=web,
        data_dir=directory,
    )
