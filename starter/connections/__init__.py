"""Operations on connections: managing one, the health of all, and the nightly check."""
