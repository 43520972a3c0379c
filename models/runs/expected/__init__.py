"""What a run expects where each sign-in brings one organisation, and nobody knows its id before it comes."""
