"""Operations on client accounts, and taking them elsewhere."""
