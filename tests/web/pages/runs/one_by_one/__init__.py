"""Where each sign-in brings one organisation: the list of those that are wanted, and the way through it."""
