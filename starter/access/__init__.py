"""Who is let in: sessions, passwords, tokens, and sign-ins elsewhere."""
