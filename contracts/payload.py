"""The base of everything that rides in a Temporal history: frozen, typed, closed to unknown fields.

Ids, names of organisations and counts only: no token, code or key, and none of a provider's records (design rule 2).
"""

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """A frozen message."""

    model_config = ConfigDict(frozen=True, extra="forbid")
