"""What people sign in with: passkeys in browsers and without, an identity provider, and who is let in where."""
