"""One module for each noun of the API; each turns HTTP into a call of ``Operations`` and back, and decides nothing."""
