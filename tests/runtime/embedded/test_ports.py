"""Ports: free, different, the same at the next start, and given up when somebody else took them."""

import socket

from runtime.embedded.ports import HOST, Ports, is_free


def test_names_get_different_ports_and_keep_them(tmp_path):
    first = Ports(tmp_path / "ports.json")
    given = {name: first.get(name) for name in ("web", "temporal", "postgres")}
    assert len(set(given.values())) == 3
    assert first.get("web") == given["web"]
    again = Ports(tmp_path / "ports.json")
    assert {name: again.get(name) for name in given} == given


def test_a_port_that_was_taken_meanwhile_is_replaced(tmp_path):
    port = Ports(tmp_path / "ports.json").get("web")
    with socket.create_server((HOST, port)):
        assert not is_free(port)
        assert Ports(tmp_path / "ports.json").get("web") != port


def test_a_wanted_port_is_used_as_it_is(tmp_path):
    assert Ports(tmp_path / "ports.json", {"web": 8123}).get("web") == 8123


def test_new_ones_are_taken_from_where_somebody_wants_them(tmp_path):
    assert Ports(tmp_path / "ports.json", among=range(12_000, 12_100)).get("web") in range(12_000, 12_100)
