"""How passwords are hashed: what it costs is what makes guessing them slow."""

from starter.access import passwords
from tests.quick_hashes import AS_EVER


def test_a_hash_costs_64_mebibytes_and_three_passes():
    assert AS_EVER.hash("slate kettle morning").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_hash_belongs_to_its_password_alone_whatever_it_cost():
    for kept in (AS_EVER.hash("slate kettle morning"), await passwords.hashed("slate kettle morning")):
        assert await passwords.matches("slate kettle morning", kept)
        assert not await passwords.matches("slate kettle evening", kept)
    assert not await passwords.matches("slate kettle morning", None)
