"""Operations on the people of a practice."""
