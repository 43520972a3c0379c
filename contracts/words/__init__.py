"""The words that every room shares: enums, causes, names, refusals, and rows in our own terms."""
