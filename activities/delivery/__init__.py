"""Activities that tell people: what is written, and how it is mailed."""
