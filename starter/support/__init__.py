"""What support staff get, and how Temporal is reached and fails."""
