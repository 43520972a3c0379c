"""Stand-ins for the platforms that can be run and called over real HTTP, for developing and testing.

They import nothing of the product: a stand-in that shared schemas with our client would share its bugs. They share
``kit`` (how a stand-in works) and ``books`` (the invented organisations' books) among themselves.
"""
