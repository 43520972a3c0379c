"""What is answered with an access token: queries, single records, changes, batches."""
