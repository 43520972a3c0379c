"""Activities of bulk runs: their stages, clients and ends."""
