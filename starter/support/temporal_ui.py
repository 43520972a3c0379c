"""Addresses in Temporal's web interface, for links on our pages."""

from urllib.parse import quote, urlencode

from contracts.words.names import CLIENT_ATTRIBUTE, PRACTICE_ATTRIBUTE


def workflows_address(base: str | None, namespace: str) -> str | None:
    """The page with the workflows of our namespace; the interface's start page may show another namespace.

    Args:
        base: Base address of the web interface, without a final slash; None where it is not known.
        namespace: Ours.
    """
    return None if base is None else f"{base}/namespaces/{quote(namespace, safe='')}/workflows"


def workflow_address(base: str | None, namespace: str, workflow_id: str) -> str | None:
    """The page of a workflow's latest execution."""
    here = workflows_address(base, namespace)
    return None if here is None else f"{here}/{quote(workflow_id, safe='')}"


def client_address(base: str | None, namespace: str, practice_slug: str, code: str) -> str | None:
    """The page with all workflows of one client, found by its code."""
    here = workflows_address(base, namespace)
    query = f"{PRACTICE_ATTRIBUTE} = '{practice_slug}' AND {CLIENT_ATTRIBUTE} = '{code}'"
    return None if here is None else f"{here}?{urlencode({'query': query})}"
