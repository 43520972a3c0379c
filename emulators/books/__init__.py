"""Invented organisations and their books, generated from a seed: the same seed always gives the same books.

They are in neutral terms; each stand-in writes them as its platform does. Nothing here knows HTTP, tokens or faults.
"""
