"""What all stand-ins share: clock, limits, faults, sign-in, control and pages. It knows no platform.

A stand-in is put together of: a ``World`` that says which policies (``oauth.policies``), limits (``limits.Window``) and
faults (``faults.faults.Catalogue``) its platform has, and makes its books; an ``IdentityWire`` for what its identity
server writes differently from the standard; a ``Control`` with the platform's own words; and an ASGI app for each of
its calls. ``app.StandIn`` makes one application of these, and ``command`` a program.
"""
