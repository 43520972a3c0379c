"""What we are compared with: the same job as a bare script, and on the vendor's own SDK."""
