"""How people sign in to Xero, and what that gives us."""
