"""What all pages and calls of the web backend use: authentication, errors, templates, and limits on requests."""
