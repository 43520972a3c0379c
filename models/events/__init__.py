"""Events: every change of state leaves one."""
