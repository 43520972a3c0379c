"""A sign-in that has begun: the app's request, checked, and what the person has done so far."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from emulators.kit.config import Config
from emulators.kit.oauth.policies import AskedWrong, Picker, Pkce, Policies

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_KEPT = 2000
T = TypeVar("T")


class RequestFaultError(Exception):
    """The app's request is wrong: the browser gets an error page with these words, and the app gets nothing."""


@dataclass(slots=True)
class SignIn:
    """One pass through the pages.

    Attributes:
        sign_in_id: Names the pass in the pages' addresses; unguessable.
        scope: The scopes asked for, in order.
        challenge: PKCE challenge; None without one, or where none is looked at.
        challenge_method: Its method.
        picker: How many organisations may be chosen.
        region: The region that the request or the person has named; None before, and where none is asked for.
        person_id: Who has signed in; None before.
    """

    sign_in_id: str
    redirect_uri: str
    scope: list[str]
    state: str | None = field(repr=False)
    nonce: str | None = field(repr=False)
    challenge: str | None = field(repr=False)
    challenge_method: str
    picker: Picker
    region: str | None = None
    person_id: str | None = None

    @property
    def is_many(self) -> bool:
        """Whether many organisations may be chosen at once."""
        return self.picker is Picker.MANY

    def back(self, **parameters: str) -> str:
        """The app's address with these parameters and the app's state."""
        return _with(self.redirect_uri, parameters, self.state)

    @property
    def origin(self) -> str:
        """Scheme and host of the app's address."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"


class AppToldError(Exception):
    """The app's request is wrong, and the app is told.

    Attributes:
        address: The app's address, with the error.
    """

    def __init__(self, address: str) -> None:
        super().__init__("the app is told")
        self.address = address


class SignIns:
    """Sign-ins that have begun, and error pages that were shown."""

    def __init__(self) -> None:
        self._open: dict[str, SignIn] = {}
        self._errors: dict[str, str] = {}

    def begin(
        self, config: Config, policies: Policies, asked: Mapping[str, str], *, repeats_state: bool = True
    ) -> SignIn:
        """Check an app's request and begin a pass.

        Unknown parameters are ignored.

        Args:
            config: Which app is known.
            policies: Of the identity server.
            asked: The parameters of the request.
            repeats_state: Whether an app that is told of an error gets its state back.

        Raises:
            RequestFaultError: With the words that the error page shows.
            AppToldError: With the address by which the app hears of it.
        """
        redirect_uri = asked.get("redirect_uri", "")
        if asked.get("client_id") != config.client_id:
            raise RequestFaultError(policies.words[AskedWrong.CLIENT])
        if not _is_allowed(config, redirect_uri):
            raise RequestFaultError(policies.words[AskedWrong.REDIRECT_URI])
        scope = list(dict.fromkeys((asked.get("scope") or policies.usual_scope or "").split()))
        wrong = _what_is_wrong(policies, asked, scope)
        if wrong and policies.tells_app:
            error, _, description = policies.words[wrong].partition(" : ")
            told = {"error": error} | ({"error_description": description} if description else {})
            raise AppToldError(_with(redirect_uri, told, asked.get("state") if repeats_state else None))
        if wrong:
            raise RequestFaultError(policies.words[wrong])
        wishes = asked.get("acr_values", "").split()
        region = asked.get(policies.region_parameter, "").upper()
        sign_in = SignIn(
            sign_in_id=secrets.token_urlsafe(16),
            redirect_uri=redirect_uri,
            scope=scope,
            state=asked.get("state"),
            nonce=asked.get("nonce"),
            challenge=None if policies.pkce is Pkce.IGNORED else asked.get("code_challenge"),
            challenge_method=asked.get("code_challenge_method", "plain"),
            picker=next((policies.picker_if_asked[one] for one in wishes if one in policies.picker_if_asked), None)
            or policies.picker,
            region=region if region in policies.regions else None,
        )
        _keep(self._open, sign_in.sign_in_id, sign_in)
        return sign_in

    def find(self, sign_in_id: str) -> SignIn | None:
        """The pass with this id, if it is still under way."""
        return self._open.get(sign_in_id)

    def end(self, sign_in: SignIn) -> None:
        """End a sign-in; its pages are no longer valid."""
        self._open.pop(sign_in.sign_in_id, None)

    def new_error(self, words: str) -> str:
        """Store the text of an error page, and return the page's id."""
        error_id = secrets.token_urlsafe(16)
        _keep(self._errors, error_id, words)
        return error_id

    def error(self, error_id: str) -> str:
        """The text of an error page."""
        return self._errors.get(error_id, "unknown error")


def _what_is_wrong(policies: Policies, asked: Mapping[str, str], scope: list[str]) -> AskedWrong | None:
    if asked.get("response_type") != "code":
        return AskedWrong.RESPONSE_TYPE
    if not scope:
        return AskedWrong.NO_SCOPE
    if not all(map(policies.is_known_scope, scope)):
        return AskedWrong.SCOPE
    challenge = asked.get("code_challenge")
    if policies.pkce is Pkce.IGNORED or (challenge is None and policies.pkce is Pkce.ACCEPTED):
        return None
    if challenge is not None and asked.get("code_challenge_method", "plain") not in policies.pkce_methods:
        return AskedWrong.CHALLENGE_METHOD
    return None if challenge is not None and _CHALLENGE.fullmatch(challenge) else AskedWrong.CHALLENGE


def _keep(kept: dict[str, T], key: str, value: T) -> None:
    kept[key] = value
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]


def _with(address: str, parameters: dict[str, str], state: str | None) -> str:
    if state is not None:
        parameters = parameters | {"state": state}
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(parameters)}"


def _is_allowed(config: Config, redirect_uri: str) -> bool:
    if config.redirect_uris:
        return redirect_uri in config.redirect_uris
    parts = urlsplit(redirect_uri)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK and not parts.fragment
