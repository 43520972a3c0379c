"""Intuit's own Node.js client for OAuth and the public library node-quickbooks against the sandbox."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from emulators.quickbooks import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from tests.emulators.quickbooks.client import REDIRECT_URI, App, Tokens
from tests.house import ROOT

HERE = Path(__file__).parent / "node"
FILES = ("package.json", "package-lock.json", "judge.js")
SECONDS = 300


@pytest.fixture(scope="session")
def judge() -> Path:
    """The script, beside the packages that it needs; they are fetched once for each version of the list of them."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node.js is not installed here")
    version = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = ROOT / "build" / f"quickbooks-judges-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(HERE / name, folder / name)
    if not (folder / "installed").exists():
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        fetched = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
        if fetched.returncode:
            pytest.skip(f"npm could not fetch the packages: {fetched.stderr.strip()[-300:]}")
        (folder / "installed").touch()
    return folder / "judge.js"


@pytest.mark.thorough
def test_both_sign_in_refresh_read_and_revoke(app: App, address: str, judge: Path) -> None:
    page = app.press(app.sign_in(app.authorize()), "allow", app.realm(7))
    asked = {
        "address": address,
        "cameBack": page.headers["location"],
        "redirectUri": REDIRECT_URI,
        "clientId": SANDBOX_CLIENT_ID,
        "clientSecret": SANDBOX_CLIENT_SECRET,
    }
    ran = subprocess.run(["node", judge, json.dumps(asked)], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["link"].startswith(f"{address}/connect/oauth2?")
    assert (told["realm"], told["audience"]) == (app.realm(7), [SANDBOX_CLIENT_ID])
    assert told["user"]["emailVerified"] is True
    assert told["stays"] is True
    assert told["company"] == told["profile"] == app.companies[7]["name"]
    assert told["vendors"] == told["counted"] > 1000
    assert told["refused"] == "4001"
    assert told["changes"] == [{"QueryResponse": [{}]}]
    assert told["batched"] > 50
    assert (told["revoked"], told["after"]) == (200, "invalid_grant")
    assert app.read(Tokens({"access_token": "gone"}, app.realm(7)), "preferences").status_code == 401
