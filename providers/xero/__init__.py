"""Xero: sign-in, organisations and lists, typed. Has never heard of Temporal or of our tables."""

from providers.kit.http import http_client
from providers.kit.proxies import UnusableNetworkError
from providers.xero.config import XeroConfig
from providers.xero.provider import Xero

__all__ = ["UnusableNetworkError", "Xero", "XeroConfig", "http_client"]
