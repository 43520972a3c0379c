"""The texts that support staff read in the Temporal Web UI; pure."""
