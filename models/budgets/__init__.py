"""How many calls an app may make at a provider, and troubles of the app itself."""
