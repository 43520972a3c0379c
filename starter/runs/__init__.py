"""Operations on bulk runs, and the sign-ins that they wait for."""
