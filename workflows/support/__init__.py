"""What support staff read in the Temporal Web UI. Pure words."""
