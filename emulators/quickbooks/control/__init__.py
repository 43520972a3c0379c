"""Control of the stand-in for QuickBooks: what it has besides every stand-in's."""
