"""What operations answer, in shapes and words that the API, the pages and the command line share."""
