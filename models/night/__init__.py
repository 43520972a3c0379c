"""What the nightly check reads, writes and deletes."""
