"""Links into Temporal's web interface lead to our own namespace, whatever stands in names."""

from starter.support.temporal_ui import client_address, workflow_address, workflows_address

BASE = "http://127.0.0.1:8233"


def test_addresses_are_of_our_namespace():
    assert workflows_address(BASE, "clientsync") == f"{BASE}/namespaces/clientsync/workflows"
    assert workflow_address(BASE, "a b/c", "sync-client-x-C1") == (
        f"{BASE}/namespaces/a%20b%2Fc/workflows/sync-client-x-C1"
    )
    assert client_address(BASE, "clientsync", "harbour-lane", "SMIT0001") == (
        f"{BASE}/namespaces/clientsync/workflows?query="
        "ClientsyncPractice+%3D+%27harbour-lane%27+AND+ClientsyncClient+%3D+%27SMIT0001%27"
    )


def test_where_the_interface_is_not_known_there_is_no_link():
    assert workflows_address(None, "clientsync") is None
    assert workflow_address(None, "clientsync", "x") is None
    assert client_address(None, "clientsync", "harbour-lane", "SMIT0001") is None
