"""Faults: which are active, and how the answer to a call goes wrong because of one."""
