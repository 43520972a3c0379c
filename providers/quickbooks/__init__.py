"""QuickBooks Online: sign-in, companies and lists. It does not know Temporal or our tables."""
