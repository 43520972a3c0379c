"""What the scripts that set up a machine say and find."""
