"""Keys, and what Temporal keeps sealed with them."""
