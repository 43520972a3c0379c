"""A runnable stand-in for Xero, over real HTTP, to build and test against.

It imports nothing of ours, on purpose: a stand-in that shared schemas with the client would share its bugs. Its
answers follow Xero's published OpenAPI description and recorded traffic. What it does not imitate is listed in
``docs/xero-sandbox.md``.
"""

from emulators.xero.app import create_app
from emulators.xero.config import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_PASSWORD, Config

__all__ = ["SANDBOX_CLIENT_ID", "SANDBOX_CLIENT_SECRET", "SANDBOX_PASSWORD", "Config", "create_app"]
