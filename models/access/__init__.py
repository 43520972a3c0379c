"""Who is let in: sessions, tokens, factors, links, accounts elsewhere, and what support reads."""
