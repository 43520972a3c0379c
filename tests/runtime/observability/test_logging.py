"""Logs: one line a record, and no secret in it, whoever wrote it."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from runtime.observability.logging import configure
from runtime.settings.settings import Settings

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"


@contextmanager
def logged(log_format: str) -> Iterator[io.StringIO]:
    """What is logged in this format; the logging of the tests is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure(Settings(_env_file=None, log_format=log_format, log_level="INFO"), stream)
    try:
        yield stream
    finally:
        logging.captureWarnings(False)
        root.handlers[:], root.level = before


both = pytest.mark.parametrize("log_format", ["text", "json"])


@both
@pytest.mark.parametrize(
    "secret_text",
    [
        "Authorization: Bearer s3cr3t-abcdefgh",
        f"the token is {JWT}",
        "GET /connect/xero/callback?code=s3cr3t&state=s3cr3t HTTP/1.1",
        "grant_type=refresh_token&refresh_token=s3cr3t",
        '{"refresh_token": "s3cr3t", "expires_in": 1800}',
        "{'access_token': 's3cr3t'}",
        "postgresql+asyncpg://clientsync:s3cr3t@127.0.0.1:5432/clientsync",
        "Basic s3cr3ts3cr3t==",
    ],
)
def test_secrets_are_hidden_in_messages_arguments_extras_and_tracebacks(log_format, secret_text):
    logger = logging.getLogger("some.module")
    with logged(log_format) as log:
        logger.info(secret_text)
        logger.info("with %s", secret_text, extra={"detail": secret_text})
        logger.error("failed", exc_info=ValueError(secret_text))
    shown = log.getvalue()
    assert "s3cr3t" not in shown
    assert JWT not in shown
    assert shown.count("[hidden]") >= 3


@both
def test_what_is_no_secret_stays(log_format):
    with logged(log_format) as log:
        logging.getLogger("m").info("12 organisations listed for run add-clients-harbour-lane")
    assert "12 organisations listed for run add-clients-harbour-lane" in log.getvalue()


@both
def test_libraries_that_log_urls_are_quiet_and_warnings_are_kept(log_format):
    with logged(log_format) as log, warnings.catch_warnings():
        logging.getLogger("httpx2").info("GET https://api.xero.com/connections")
        logging.getLogger("aiohttp.access").info("GET /")
        logging.getLogger("httpx2").warning("slow")
        warnings.simplefilter("always")
        warnings.warn("old ways", stacklevel=1)
    shown = log.getvalue()
    assert "GET" not in shown
    assert "slow" in shown
    assert "old ways" in shown


def test_json_is_one_object_a_line_with_extra_fields():
    with logged("json") as log:
        logging.getLogger("m").warning("two\nlines", extra={"run_id": "r1", "clients": 3})
    [line] = log.getvalue().splitlines()
    found = json.loads(line)
    assert found["message"] == "two\nlines"
    assert (found["level"], found["logger"], found["run_id"], found["clients"]) == ("WARNING", "m", "r1", 3)
