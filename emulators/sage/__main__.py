"""``python -m emulators.sage``: starts one sandbox in the foreground."""

from emulators.kit.command import configured, end_on_signals, parser, run
from emulators.sage.app import create_app
from emulators.sage.config import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, Config
from emulators.sage.world import World


def main() -> None:
    """Start and serve until stopped."""
    end_on_signals()
    asked = parser(World.platform, SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET).parse_args()
    run(create_app(Config(**configured(asked))), World.platform, asked.host, asked.port)


if __name__ == "__main__":
    main()
