"""Pages of somebody who is not signed in yet."""
