#!/usr/bin/env bash
# All customers of a QuickBooks company of 250, and one of them read and saved again, through python-quickbooks.
#
# Packages: python-quickbooks 0.9.12. Python 3.11 or newer.
#
# A guess: `Customer.all()` gives all customers, page by page if need be, as its docstring has it ("all objects in the
# QuickBooks database"), and one that is saved without a change is sent as it was read.
#
# What happens: `all()` asks once, with MAXRESULTS 100, and gives 100 without a word about the others; `count()` counts
# them all. The saved customer holds 22 fields that were never read, with this library's own defaults for values: what is
# not exempt from tax as far as the answer said becomes `Taxable: true`, a balance becomes 0, names become empty, and
# without `sparse` QuickBooks takes a full update for the whole record.
#
# Seen:
#   SELECT COUNT(*) FROM Customer -> 250
#   SELECT * FROM Customer MAXRESULTS 100 -> 100
#   sent and never read: 22 fields, among them Active=True Balance=0 CompanyName='' Taxable=True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install python-quickbooks==0.9.12

cat >"$folder/customers.py" <<'PYTHON'
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import requests
from quickbooks import QuickBooks
from quickbooks.objects.customer import Customer

CUSTOMERS = [{"Id": str(n), "SyncToken": "0", "DisplayName": f"Customer {n}", "sparse": False} for n in range(1, 251)]
sent = {}


def answer_to(query):
    if "COUNT(*)" in query.upper():
        return {"totalCount": len(CUSTOMERS)}
    most = re.search(r"MAXRESULTS (\d+)", query)
    rows = CUSTOMERS[: min(int(most[1]) if most else 100, 1000)]
    return {"Customer": rows, "startPosition": 1, "maxResults": len(rows)}


class Company(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        url = urlsplit(self.path)
        if url.path.endswith("/query"):
            query = parse_qs(url.query).get("query", [body])[0]
            self.answer({"QueryResponse": answer_to(query)})
        else:
            sent.update(json.loads(body))
            self.answer({"Customer": CUSTOMERS[0]})

    def answer(self, told):
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Company)
threading.Thread(target=server.serve_forever, daemon=True).start()
company = QuickBooks(company_id="1", minorversion=75)
company.session = requests.Session()
company.session.access_token = "a"  # as that of the vendor's OAuth client has it
company.api_url_v3 = company.sandbox_api_url_v3 = f"http://127.0.0.1:{server.server_port}"
print("SELECT COUNT(*) FROM Customer ->", Customer.count(qb=company))
everybody = Customer.all(qb=company)
print("SELECT * FROM Customer MAXRESULTS 100 ->", len(everybody))
everybody[0].save(qb=company)
invented = {name: value for name, value in sent.items() if name not in CUSTOMERS[0]}
shown = " ".join(f"{name}={invented[name]!r}" for name in ("Active", "Balance", "CompanyName", "Taxable"))
print("sent and never read:", len(invented), "fields, among them", shown)
PYTHON

"$folder/venv/bin/python" "$folder/customers.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
SELECT COUNT(*) FROM Customer -> 250
SELECT * FROM Customer MAXRESULTS 100 -> 100
sent and never read: 22 fields, among them Active=True Balance=0 CompanyName='' Taxable=True
SEEN
