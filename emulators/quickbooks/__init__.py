"""A runnable stand-in for QuickBooks Online, over real HTTP, to build and test against.

It imports nothing of ours, on purpose: a stand-in that shared schemas with the client would share its bugs. Its
answers follow Intuit's published documents. What these leave open is switched by control, and what it does not imitate
is listed in ``docs/quickbooks-sandbox.md``.
"""

from emulators.quickbooks.app import create_app
from emulators.quickbooks.config import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_PASSWORD, Config

__all__ = ["SANDBOX_CLIENT_ID", "SANDBOX_CLIENT_SECRET", "SANDBOX_PASSWORD", "Config", "create_app"]
