"""Pages of one's own account: password, second factor, passkeys, tokens."""
