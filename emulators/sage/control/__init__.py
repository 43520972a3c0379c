"""Control of the stand-in for Sage: what it has besides every stand-in's."""
