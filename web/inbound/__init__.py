"""Routes for browsers that come back from a sign-in at a provider."""
