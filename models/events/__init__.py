"""Events: every state change leaves one."""
