"""The port to accounting software, and one folder for each provider behind it.

Knows HTTP and the providers' words; has never heard of Temporal, of our tables or of our pages.
"""
