"""What several activities share: tokens, errors, heartbeats, interceptors."""
