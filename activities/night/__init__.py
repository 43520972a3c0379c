"""Activities of the nightly check."""
