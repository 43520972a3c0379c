"""Addresses in Temporal's web interface, for links from our own pages. It knows nothing of what they show."""

from urllib.parse import quote, urlencode

from contracts.words.names import CLIENT_ATTRIBUTE, PRACTICE_ATTRIBUTE


def workflows_address(base: str | None, namespace: str) -> str | None:
    """The workflows of our namespace: the interface's own start page may show another one.

    Args:
        base: Of the web interface, without a final slash; None where it is not known.
        namespace: Ours.
    """
    return None if base is None else f"{base}/namespaces/{quote(namespace, safe='')}/workflows"


def workflow_address(base: str | None, namespace: str, workflow_id: str) -> str | None:
    """One workflow: its latest execution."""
    here = workflows_address(base, namespace)
    return None if here is None else f"{here}/{quote(workflow_id, safe='')}"


def client_address(base: str | None, namespace: str, practice_slug: str, code: str) -> str | None:
    """All workflows of one client, by its code."""
    here = workflows_address(base, namespace)
    query = f"{PRACTICE_ATTRIBUTE} = '{practice_slug}' AND {CLIENT_ATTRIBUTE} = '{code}'"
    return None if here is None else f"{here}?{urlencode({'query': query})}"
