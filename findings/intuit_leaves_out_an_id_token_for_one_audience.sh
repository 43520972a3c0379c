#!/usr/bin/env bash
# An ID token whose audience is one string, as most issuers write it, and Intuit's own Python client.
#
# Packages: intuit-oauth 1.2.7, PyJWT 2.15.1, cryptography 50.0.2.
#
# A guess: `aud` is read as OpenID Connect Core (section 2) and RFC 7519 (section 4.1.3) have it: a list of audiences, or
# one string where there is one. A token that is not accepted raises, since the caller asked for a sign-in.
#
# What happens: the client takes the first element of `aud` and compares it with the client id. Of a list that is the
# first audience; of a string it is its first letter. A token with one string, good in every other way, is left out: the
# access token of the same answer is kept, `id_token` stays None, and nothing is raised or logged. Whoever reads
# `id_token` to know who signed in finds nobody, as if the scope `openid` had not been granted. Intuit sends a list, so
# it is met by stand-ins and by proxies that issue tokens in Intuit's place. Beside it: making the client already asks
# the discovery document, so that a process that only wants to refresh cannot start while that page is away.
#
# Seen:
#   asked while the client was made: GET /discovery
#   aud ["our-app"]: access token kept, id token kept
#   aud "our-app": access token kept, id token None, no error
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install intuit-oauth==1.2.7 PyJWT==2.15.1 cryptography==50.0.2

cat >"$folder/audience.py" <<'PYTHON'
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from intuitlib.client import AuthClient
from jwt.algorithms import RSAAlgorithm

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = {**json.loads(RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "one", "alg": "RS256", "use": "sig"}
asked = []
audience = None


def answer_to(path, here):
    now = int(time.time())
    claims = {"iss": here, "aud": audience, "sub": "someone", "iat": now, "exp": now + 3600}
    token = jwt.encode(claims, KEY, "RS256", headers={"kid": "one"}) if audience else None
    return {
        "/discovery": {
            "issuer": here,
            "jwks_uri": f"{here}/keys",
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "revocation_endpoint": f"{here}/revoke",
            "userinfo_endpoint": f"{here}/user",
        },
        "/keys": {"keys": [PUBLIC]},
        "/token": {"token_type": "bearer", "access_token": "a", "refresh_token": "r", "expires_in": 3600, "id_token": token},
    }[path]


class Issuer(BaseHTTPRequestHandler):
    def answer(self):
        asked.append(f"{self.command} {self.path}")
        self.rfile.read(int(self.headers.get("content-length", 0)))
        data = json.dumps(answer_to(self.path, f"http://127.0.0.1:{server.server_port}")).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = answer

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = AuthClient("our-app", "secret", "http://127.0.0.1/back", f"http://127.0.0.1:{server.server_port}/discovery")
print("asked while the client was made:", ", ".join(asked))
for audience in (["our-app"], "our-app"):
    client.access_token = client.id_token = None
    client.get_bearer_token("code")
    access = "kept" if client.access_token else "None"
    print(f"aud {json.dumps(audience)}: access token {access}, id token {'kept' if client.id_token else 'None, no error'}")
server.shutdown()
PYTHON

NO_PROXY=127.0.0.1 "$folder/venv/bin/python" "$folder/audience.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
asked while the client was made: GET /discovery
aud ["our-app"]: access token kept, id token kept
aud "our-app": access token kept, id token None, no error
SEEN
