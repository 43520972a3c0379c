"""Identity providers, which say who somebody is: the operator's own, by OpenID Connect. They keep no books."""

from providers.identity.issuer import BadTokenError, Claims, Issuer
from providers.identity.sign_in import App, Begun, Person, SignIn

__all__ = ["App", "BadTokenError", "Begun", "Claims", "Issuer", "Person", "SignIn"]
