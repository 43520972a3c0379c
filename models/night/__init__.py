"""What the nightly check reads, tells and deletes."""
