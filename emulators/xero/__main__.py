"""``python -m emulators.xero``: starts one sandbox in the foreground."""

from emulators.kit.command import configured, end_on_signals, parser, run
from emulators.xero.app import create_app
from emulators.xero.config import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, Config
from emulators.xero.world import World


def main() -> None:
    """Start and serve until stopped."""
    end_on_signals()
    flags = parser(World.platform, SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET)
    flags.add_argument("--tier-day-limit", type=int, default=5000)
    asked = flags.parse_args()
    config = Config(**configured(asked), day_limit=asked.tier_day_limit)
    run(create_app(config), World.platform, asked.host, asked.port)


if __name__ == "__main__":
    main()
