"""The operator's identity provider, which says by OpenID Connect who somebody is; it has nothing to do with books."""

from providers.identity.issuer import BadTokenError, Claims, Issuer
from providers.identity.sign_in import Begun, IdentityApp, Person, SignIn

__all__ = ["BadTokenError", "Begun", "Claims", "IdentityApp", "Issuer", "Person", "SignIn"]
