"""The keys under which the histories beside this were recorded. They protect nothing and are used nowhere else."""

from base64 import b64encode

KEYS = f"recorded:{b64encode(b'this key is known to everybody!!').decode()}"
