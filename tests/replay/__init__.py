"""Histories of earlier code, replayed with the code of today."""
