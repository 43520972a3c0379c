"""How people and programs sign in: sessions, tokens, second factors, links, accounts elsewhere; what support reads."""
