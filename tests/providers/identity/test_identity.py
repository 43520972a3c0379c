"""What is believed of an identity provider's id_token, each thing by itself, and that a code comes with its verifier.

The provider is real HTTP and shares no code with what asks it; what is wrong with a token is wrong in one thing alone.
"""

import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from providers.identity import Begun, IdentityApp, Person, SignIn
from providers.identity.issuer import ALGORITHMS, LEEWAY_SECONDS
from providers.kit.http import http_client
from providers.port.errors import ConsentFailed
from tests.identity_provider import CLIENT, OVER, SECRET, IdentityProvider, identity_provider
from tests.providers.clock import HandClock

Key = RSAKey | ECKey | OKPKey | OctKey
CALLBACK = "https://clientsync.example/sign-in/provider/callback"
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}


@dataclass
class Keys:
    """What the provider publishes and signs with, whatever they are."""

    published: tuple[Key, ...]
    algorithm: str
    more: dict[str, Any] = field(default_factory=dict)

    def public(self) -> dict[str, list[dict[str, object]]]:
        return {"keys": [{**key.as_dict(private=isinstance(key, OctKey)), **self.more} for key in self.published]}

    def sign(self, claims: dict[str, Any]) -> str:
        key = self.published[0]
        header = {"alg": self.algorithm, "kid": key.kid}
        registry = JWSRegistry(algorithms=[self.algorithm])
        return jwt.encode(header, claims, key, registry=registry)


@dataclass
class Sitting:
    """Somebody before the provider, and the product that sends them there."""

    provider: IdentityProvider
    http: httpx2.AsyncClient
    clock: HandClock

    def product(self) -> SignIn:
        return SignIn(IdentityApp(self.provider.issuer, CLIENT, SECRET, CALLBACK), self.http, self.clock)

    async def begun(self, product: SignIn) -> tuple[Begun, str]:
        """A sign-in, and the code that came back."""
        begun = await product.begin("s" * 43)
        back = self.provider.authorize({name: one[0] for name, one in parse_qs(urlsplit(begun.address).query).items()})
        return begun, parse_qs(urlsplit(back).query)["code"][0]

    async def signed_in(self) -> Person:
        product = self.product()
        begun, code = await self.begun(product)
        return await product.finish(code, code_verifier=begun.code_verifier, nonce=begun.nonce)

    async def is_believed(self) -> bool:
        """Whether the whole way leads in; what does not is refused as what it is."""
        try:
            await self.signed_in()
        except ConsentFailed as refused:
            if not refused.detail.startswith("id_token refused: "):
                raise
            return False
        return True

    def signs_with(self, keys: Keys) -> None:
        vars(self.provider).update(key=keys, signs=None)


@pytest_asyncio.fixture
async def sitting() -> AsyncIterator[Sitting]:
    clock = HandClock()
    async with identity_provider() as provider, http_client() as http:
        provider.now = clock
        provider.account = {"sub": "u-1", "email": "ada@example.com", "email_verified": True}
        yield Sitting(provider, http, clock)


def key_for(algorithm: str) -> Key:
    if algorithm in CURVES:
        return ECKey.generate_key(CURVES[algorithm], {"kid": "ec"})
    if algorithm == "Ed25519":
        return OKPKey.generate_key("Ed25519", {"kid": "okp"})
    return OctKey.generate_key(512, {"kid": "oct"}) if algorithm.startswith("HS") else RSA


@pytest.mark.thorough
@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_the_algorithms_of_key_pairs_are_taken(sitting: Sitting, algorithm: str):
    sitting.signs_with(Keys((key_for(algorithm),), algorithm))
    sitting.provider.altered = {"at_hash": None}
    assert await sitting.is_believed()


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512", "Ed25519", "ES256K"])
async def test_another_algorithm_is_refused_though_the_key_is_the_provider_s_own(sitting: Sitting, algorithm: str):
    """Nothing else is wrong with the token: key, signature and claims are right."""
    sitting.signs_with(Keys((key_for(algorithm),), algorithm))
    sitting.provider.altered = {"at_hash": None}
    assert not await sitting.is_believed()


async def test_a_key_that_is_for_one_algorithm_signs_by_no_other(sitting: Sitting):
    sitting.provider.altered = {"at_hash": None}
    for algorithm, is_good in (("RS256", True), ("RS512", False), ("PS256", False)):
        sitting.signs_with(Keys((RSA,), algorithm, {"alg": "RS256"}))
        assert await sitting.is_believed() is is_good, algorithm


async def test_a_key_that_is_for_sealing_signs_nothing(sitting: Sitting):
    for use, is_good in (("sig", True), ("enc", False)):
        sitting.signs_with(Keys((RSA, key_for("ES256")), "RS256", {"use": use}))
        assert await sitting.is_believed() is is_good, use


async def test_a_token_that_nobody_signed_is_refused(sitting: Sitting):
    def unsigned(claims: dict[str, Any]) -> str:
        parts = (json.dumps({"alg": "none", "kid": "rsa"}).encode(), json.dumps(claims).encode(), b"")
        return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)

    sitting.provider.signs = unsigned
    sitting.provider.altered = {"at_hash": None}  # there is no hash of no algorithm
    assert not await sitting.is_believed()


@pytest.mark.parametrize(("seconds_left", "is_good"), [(1 - LEEWAY_SECONDS, True), (-1 - LEEWAY_SECONDS, False)])
async def test_a_token_is_good_until_it_is_over_by_our_own_clock(sitting: Sitting, seconds_left: int, is_good: bool):
    begun_at = sitting.clock()
    sitting.provider.now = lambda: begun_at
    sitting.clock.move(OVER.total_seconds() - seconds_left)
    assert await sitting.is_believed() is is_good


@pytest.mark.parametrize(("seconds", "is_good"), [(LEEWAY_SECONDS - 1, True), (LEEWAY_SECONDS + 1, False)])
async def test_a_token_of_the_future_is_refused(sitting: Sitting, seconds: int, is_good: bool):
    at = sitting.clock() + timedelta(seconds=seconds)
    sitting.provider.altered = {"nbf": int(at.timestamp()), "iat": int(at.timestamp())}
    assert await sitting.is_believed() is is_good


HALF: dict[str, Callable[[bytes], Any]] = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


@pytest.mark.thorough
@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "ES512"])
async def test_at_hash_is_of_the_access_token_by_the_token_s_own_hash(sitting: Sitting, algorithm: str):
    """Core, section 3.1.3.6, computed here by hand; it may be left out where the token comes with a code.

    Which providers send it is unconfirmed: Google does, Entra ID does not with a code alone. So both are taken.
    """
    keys = Keys((key_for(algorithm),), algorithm)

    def half(access_token: str, digest: Callable[[bytes], Any] = HALF[algorithm[2:]]) -> str:
        whole = digest(access_token.encode()).digest()
        return base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()

    def signing(at_hash: Callable[[str], object]) -> Callable[[dict[str, Any]], str]:
        def sign(claims: dict[str, Any]) -> str:
            [given] = [token for token in sitting.provider.access if token not in before]
            return keys.sign({**claims, "at_hash": at_hash(given)})

        return sign

    sitting.signs_with(keys)
    cases: list[tuple[Callable[[str], object], bool]] = [
        (half, True),
        (lambda token: half(token + "x"), False),
        (lambda token: half(token, hashlib.sha1), False),
        (lambda token: half(token)[:-1], False),
        (lambda _: "", False),
        (lambda _: "é" * 22, False),
        (lambda _: 0, False),
        (lambda _: ["x"], False),
    ]
    for place, (at_hash, is_good) in enumerate(cases):
        before = set(sitting.provider.access)
        sitting.provider.signs = signing(at_hash)
        assert await sitting.is_believed() is is_good, place
    sitting.provider.signs, sitting.provider.altered = None, {"at_hash": None}
    assert await sitting.is_believed()


def challenge_of(verifier: str) -> str:
    """RFC 7636, section 4.2, by hand."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


async def test_the_verifier_that_is_sent_belongs_to_the_challenge_that_was_sent(sitting: Sitting):
    product = sitting.product()
    begun, code = await sitting.begun(product)
    asked = sitting.provider.codes[code]
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (challenge_of(begun.code_verifier), "S256")
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", begun.code_verifier)
    assert begun.code_verifier not in begun.address
    assert begun.code_verifier not in repr(begun)
    await product.finish(code, code_verifier=begun.code_verifier, nonce=begun.nonce)
    [form] = sitting.provider.asked_to_exchange
    assert (form["code"], form["code_verifier"]) == (code, begun.code_verifier)
    again, _ = await sitting.begun(product)
    assert again.code_verifier != begun.code_verifier


async def test_a_code_without_its_own_verifier_is_refused(sitting: Sitting):
    product = sitting.product()
    mine, code = await sitting.begun(product)
    others, _ = await sitting.begun(product)
    with pytest.raises(ConsentFailed, match="invalid_grant"):
        await product.finish(code, code_verifier=others.code_verifier, nonce=mine.nonce)
