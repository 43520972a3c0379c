"""Activities that read clients at their provider, and store what they have read."""
