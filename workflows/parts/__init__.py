"""What several workflows are put together from."""
