"""The web backend: the JSON API, the pages a sign-in comes back to, health, and the codec for Temporal's own UI."""
