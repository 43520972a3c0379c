"""Operations on connections: managed one by one, and looked at all together and at night."""
