"""The accounting API of the stand-in for QuickBooks, read directly and by others' SDKs."""
