"""``python -m emulators.quickbooks``: starts one sandbox in the foreground."""

import argparse

from emulators.kit.command import configured, end_on_signals, parser, run
from emulators.quickbooks.app import create_app
from emulators.quickbooks.config import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_WEBHOOK_TOKEN, Config
from emulators.quickbooks.world import World


def flags() -> argparse.ArgumentParser:
    """Those of every stand-in, and what an app says of itself at Intuit."""
    found = parser(World.platform, SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET)
    found.add_argument("--disconnect-url", default="", help="where a browser goes after a disconnect in a company")
    found.add_argument("--reconnect-url", default="", help="where a browser goes to connect a company again")
    found.add_argument("--webhook-url", default="", help="where webhooks are sent")
    found.add_argument("--webhook-token", default=SANDBOX_WEBHOOK_TOKEN, help="the verifier token that signs them")
    return found


def main() -> None:
    """Start and serve until stopped."""
    end_on_signals()
    asked = flags().parse_args()
    own = {name: getattr(asked, name) for name in ("disconnect_url", "reconnect_url", "webhook_url", "webhook_token")}
    run(create_app(Config(**configured(asked), **own)), World.platform, asked.host, asked.port)


if __name__ == "__main__":
    main()
