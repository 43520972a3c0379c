"""What every page and call of the web backend uses, and what stands round each request."""
