"""The base class of everything that Temporal histories hold: frozen, typed, closed to unknown fields.

Payloads hold ids, names of organisations and counts only: no token, code or key, and none of a provider's
records, because Temporal keeps histories for weeks and support staff read them.
"""

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """A frozen message."""

    model_config = ConfigDict(frozen=True, extra="forbid")
