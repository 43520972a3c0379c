"""Keys, and the encryption of everything that Temporal stores."""
