"""How many calls an app may make at a provider, troubles of the app itself, and answers that are the same for all."""
