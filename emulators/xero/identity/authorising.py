"""A sign-in in progress: what the app asked for, checked, and what the person has done so far."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from emulators.xero.config import Config
from emulators.xero.identity.scopes import unknown_scopes

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_KEPT = 2000
T = TypeVar("T")


class RequestFaultError(Exception):
    """The app's request is wrong: the browser sees an error page, the app hears nothing."""


@dataclass(slots=True)
class SignIn:
    """One pass through the pages.

    Attributes:
        sign_in_id: Names the pass in the pages' addresses; unguessable.
        scope: The scopes asked for, in order.
        challenge: PKCE challenge, S256.
        is_bulk: Whether many organisations may be chosen at once.
        person_id: Who has signed in; None before.
    """

    sign_in_id: str
    redirect_uri: str
    scope: list[str]
    state: str | None = field(repr=False)
    nonce: str | None = field(repr=False)
    challenge: str | None = field(repr=False)
    is_bulk: bool
    person_id: str | None = None

    def back(self, **parameters: str) -> str:
        """The app's address with these parameters and the app's state."""
        if self.state is not None:
            parameters["state"] = self.state
        separator = "&" if urlsplit(self.redirect_uri).query else "?"
        return f"{self.redirect_uri}{separator}{urlencode(parameters)}"

    @property
    def origin(self) -> str:
        """Scheme and host of the app's address."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"


class SignIns:
    """The passes that are under way, and the error pages that were shown."""

    def __init__(self) -> None:
        self._open: dict[str, SignIn] = {}
        self._errors: dict[str, str] = {}

    def begin(self, config: Config, asked: Mapping[str, str]) -> SignIn:
        """Check an app's request and begin a pass.

        Unknown parameters are ignored.

        Raises:
            RequestFaultError: With the words that the error page shows.
        """
        if asked.get("client_id") != config.client_id:
            raise RequestFaultError("unauthorized_client : Unknown client or client not enabled")
        redirect_uri = asked.get("redirect_uri", "")
        if not _is_allowed(config, redirect_uri):
            raise RequestFaultError("unauthorized_client : Invalid redirect_uri")
        if asked.get("response_type") != "code":
            raise RequestFaultError("unsupported_response_type : Invalid response_type")
        scope = list(dict.fromkeys(asked.get("scope", "").split()))
        if not scope:
            raise RequestFaultError("invalid_scope")
        if unknown_scopes(scope):
            raise RequestFaultError("unauthorized_client : Invalid scope for client")
        challenge = asked.get("code_challenge")
        if challenge is not None:
            if asked.get("code_challenge_method") != "S256":
                raise RequestFaultError("invalid_request : Transform algorithm not supported")
            if not _CHALLENGE.fullmatch(challenge):
                raise RequestFaultError("invalid_request : Invalid code_challenge")
        sign_in = SignIn(
            sign_in_id=secrets.token_urlsafe(16),
            redirect_uri=redirect_uri,
            scope=scope,
            state=asked.get("state"),
            nonce=asked.get("nonce"),
            challenge=challenge,
            is_bulk="bulk_connect:true" in asked.get("acr_values", "").split(),
        )
        _keep(self._open, sign_in.sign_in_id, sign_in)
        return sign_in

    def find(self, sign_in_id: str) -> SignIn | None:
        """The pass with this id, if it is still under way."""
        return self._open.get(sign_in_id)

    def end(self, sign_in: SignIn) -> None:
        """Finish a pass: its pages are no longer valid."""
        self._open.pop(sign_in.sign_in_id, None)

    def new_error(self, words: str) -> str:
        """Keep what an error page is to say; returns the page's id."""
        error_id = secrets.token_urlsafe(16)
        _keep(self._errors, error_id, words)
        return error_id

    def error(self, error_id: str) -> str:
        """What an error page says."""
        return self._errors.get(error_id, "unknown error")


def _keep(kept: dict[str, T], key: str, value: T) -> None:
    kept[key] = value
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]


def _is_allowed(config: Config, redirect_uri: str) -> bool:
    if config.redirect_uris:
        return redirect_uri in config.redirect_uris
    parts = urlsplit(redirect_uri)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK and not parts.fragment
