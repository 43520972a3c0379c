"""The terms that every room shares: enums, causes, names, refusals, and the rows of standard information."""
