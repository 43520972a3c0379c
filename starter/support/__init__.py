"""What support staff get, and what the errors of Temporal mean to people."""
