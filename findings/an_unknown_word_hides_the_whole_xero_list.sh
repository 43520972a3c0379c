#!/usr/bin/env bash
# One account of a kind that the official Xero SDK does not know, among others that it knows.
#
# Packages: xero-python 15.2.0 (the vendor's own). Python 3.11 or newer.
#
# A guess: an unknown word comes as text or as None, or that one account is left out; a field that the SDK does not know
# is ignored, and so may a value be.
#
# What happens: an unknown field is ignored, but an unknown value of an enum raises a ValueError that names neither the
# account nor the field, and nothing of the answer can be reached: one new word at Xero hides all of a client's accounts
# until the SDK is updated.
#
# Seen:
#   three known accounts, one with a new field: 3 accounts
#   three known accounts and one of a new type: ValueError: 'CRYPTO' is not a valid AccountType
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install xero-python==15.2.0

cat >"$folder/accounts.py" <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient, Configuration
from xero_python.api_client.oauth2 import OAuth2Token

ACCOUNTS = [
    {"AccountID": f"00000000-0000-0000-0000-00000000000{number}", "Code": f"{number}00", "Type": kind}
    for number, kind in enumerate(["BANK", "REVENUE", "EXPENSE"], start=1)
]
NEW = {"AccountID": "00000000-0000-0000-0000-000000000004", "Code": "400", "Type": "CRYPTO"}
answered = []


class Xero(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"Accounts": answered}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def read(accounts):
    answered[:] = accounts
    try:
        return f"{len(api.get_accounts('tenant').accounts)} accounts"
    except ValueError as error:
        return f"ValueError: {error}"


server = HTTPServer(("127.0.0.1", 0), Xero)
threading.Thread(target=server.serve_forever, daemon=True).start()
token = {"access_token": "a", "token_type": "Bearer", "expires_in": 1800, "expires_at": 9999999999, "scope": ["s"]}
token |= {"refresh_token": "r", "id_token": "i"}
client = ApiClient(
    Configuration(oauth2_token=OAuth2Token(client_id="c", client_secret="s")),
    oauth2_token_getter=lambda: token,
    oauth2_token_saver=lambda _: None,
)
api = AccountingApi(client)
api.base_url = f"http://127.0.0.1:{server.server_port}"
with_field = [ACCOUNTS[0] | {"SomethingNew": {"a": 1}}, *ACCOUNTS[1:]]
print("three known accounts, one with a new field:", read(with_field))
print("three known accounts and one of a new type:", read([*ACCOUNTS, NEW]))
PYTHON

"$folder/venv/bin/python" "$folder/accounts.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
three known accounts, one with a new field: 3 accounts
three known accounts and one of a new type: ValueError: 'CRYPTO' is not a valid AccountType
SEEN
