"""The self-hosting files hold together: checked for form, since no container runs here."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from contracts.words.names import CLIENT_ATTRIBUTE, SEARCH_ATTRIBUTES
from providers import registry
from runtime.settings.settings import Settings, variable_of

ROOT = Path(__file__).parents[1]
COMPOSE = (ROOT / "docker-compose.temporal.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
PRODUCT = ("migrate", "worker", "web")
VARIABLES = {variable_of(field) for field in Settings.model_fields} | {
    one.variable(field) for one in registry.all_of({}) for field in type(one).model_fields
}
OF_ONE_MACHINE = {"CLIENTSYNC_PROVIDERS", "CLIENTSYNC_DATA_DIR", "CLIENTSYNC_WEB_HOST", "CLIENTSYNC_WEB_PORT"}
"""What containers need no setting for: one that has no variable, and what the files themselves decide."""


def test_every_part_is_there():
    assert set(SERVICES) == {
        "temporal-postgres",
        "temporal-schema",
        "temporal",
        "temporal-namespace",
        "temporal-ui",
        "postgres",
        *PRODUCT,
    }


def test_nothing_is_published_beyond_the_loopback():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_no_secret_has_a_default_and_every_required_variable_is_documented():
    required = set(re.findall(r"\$\{(\w+):\?", COMPOSE))
    assert required >= {"POSTGRES_PASSWORD", "TEMPORAL_POSTGRES_PASSWORD", "CLIENTSYNC_ENCRYPTION_KEYS"}
    with_default = set(re.findall(r"\$\{(\w+):-", COMPOSE))
    assert not {name for name in with_default if re.search("PASSWORD|SECRET|KEYS", name)}
    example = (ROOT / ".env.example").read_text()
    assert {name for name in required if not re.search(rf"^{name}=", example, re.MULTILINE)} == set()


@pytest.mark.parametrize("name", PRODUCT)
def test_the_products_containers_know_their_settings_and_run_with_no_rights(name):
    service = SERVICES[name]
    ours = {key for key in service["environment"] if key.startswith("CLIENTSYNC_")}
    assert ours <= VARIABLES
    assert VARIABLES - ours <= OF_ONE_MACHINE  # whatever stands in .env is heard
    assert ours >= {"CLIENTSYNC_DATABASE_URL", "CLIENTSYNC_TEMPORAL_ADDRESS", "CLIENTSYNC_ENCRYPTION_KEYS"}
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]


def test_whoever_is_waited_for_exists_and_one_shots_are_waited_out():
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            one_shot = SERVICES[other]["restart"].startswith("on-failure")
            wanted = "service_completed_successfully" if one_shot else "service_healthy"
            assert how["condition"] == wanted, f"{name} waits for {other}"
            assert one_shot or "healthcheck" in SERVICES[other]


def test_the_namespace_gets_exactly_our_search_attributes():
    assert SERVICES["temporal-namespace"]["environment"]["SEARCH_ATTRIBUTES"].split() == [
        *SEARCH_ATTRIBUTES,
        CLIENT_ATTRIBUTE,
    ]


def test_fairness_is_on():
    config = yaml.safe_load((ROOT / "docker" / "dynamic-config.yaml").read_text())
    assert config["matching.enableFairness"] == [{"value": True}]
    assert SERVICES["temporal"]["environment"]["DYNAMIC_CONFIG_FILE_PATH"] == "/clientsync/dynamic-config.yaml"


@pytest.mark.parametrize("script", sorted((ROOT / "docker").glob("*.sh")), ids=lambda script: script.name)
def test_scripts_are_shell_and_are_used(script):
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert f"/clientsync/{script.name}" in COMPOSE


def test_the_image_installs_by_hash_and_runs_as_nobody_special():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    for line in (line for line in lines if "pip install" in line):
        assert "--require-hashes" in line or "--no-deps" in line, line
    assert "USER 10001" in lines
    assert lines.index("USER 10001") < next(n for n, line in enumerate(lines) if line.startswith("ENTRYPOINT"))


def test_only_what_runs_goes_into_the_image():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {"requirements.lock", "worker.py", "runtime", "starter"} <= allowed
    assert not {name for name in allowed if name.startswith(".") or name in {"tests", "bench", "emulators"}}
