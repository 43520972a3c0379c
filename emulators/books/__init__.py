"""Invented organisations and what is in their books: made from a seed, the same every time, of any size.

In neutral words: how a platform writes them is the business of its stand-in. Knows nothing of HTTP, tokens or faults.
"""
