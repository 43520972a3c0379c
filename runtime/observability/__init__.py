"""Logs without secrets; memory and threads of a process that runs for weeks."""
