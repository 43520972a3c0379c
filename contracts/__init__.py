"""The words that every room shares: frozen payload types, enums, ids and queue names.

Imports nothing of ours and does no I/O, so that workflows may read it inside Temporal's sandbox and every
other room may depend on it without a cycle.
"""
