"""The web backend: JSON API, pages, returns from sign-ins, health, and the codec for Temporal's web interface."""
