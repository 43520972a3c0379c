"""Every timeout, retry, size and patch of the workflows; no other module of a workflow sets one."""
