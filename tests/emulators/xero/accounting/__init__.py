"""The accounting API of the stand-in for Xero, read directly and by the vendor's own SDK."""
