"""Operations on client accounts, and their export as CSV."""
