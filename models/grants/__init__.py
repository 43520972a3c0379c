"""Grants: logins at providers, their sealed token sets, and sign-ins under way."""
