"""The port to accounting software, and one folder for each provider behind it.

This room knows HTTP and the providers' formats. It does not know Temporal, our tables or our pages.
"""
