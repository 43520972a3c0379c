"""What an app may call at a provider, and what is wrong with the app itself."""
