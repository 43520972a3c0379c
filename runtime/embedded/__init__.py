"""Servers and processes of ours, on this machine."""
