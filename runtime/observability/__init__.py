"""Logs without secrets, and memory and threads of processes that run for weeks."""
