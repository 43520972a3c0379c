"""Removes secrets from text that is about to be logged; a safety net.

Code must not log secrets in the first place. This catches what libraries and tracebacks contain.
"""

import re

HIDDEN = "[hidden]"

_NAMES = (
    "access_token|refresh_token|id_token|client_secret|code_verifier|code|state|nonce|token|password|api_key"
    "|authorization"
)
_PATTERNS = (
    # Authorization headers: Bearer and Basic.
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    # JSON Web Tokens, wherever they stand.
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)*"), HIDDEN),
    # Query strings and form bodies.
    (re.compile(rf"\b({_NAMES})=[^&\s\"'<>]+", re.IGNORECASE), rf"\1={HIDDEN}"),
    # JSON and Python literals.
    (
        re.compile(rf"([\"'])({_NAMES})\1\s*:\s*([\"'])(?!{re.escape(HIDDEN)}).*?\3", re.IGNORECASE),
        rf"\1\2\1: \3{HIDDEN}\3",
    ),
    # Passwords in URLs.
    (re.compile(r"(://[^:/@\s]+):[^@/\s]+@"), rf"\1:{HIDDEN}@"),
)


def redact(text: str) -> str:
    """The text with everything that looks like a token, code, secret or password replaced."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
