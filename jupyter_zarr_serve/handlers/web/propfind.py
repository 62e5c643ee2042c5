"""Listings for programs that ask with WebDAV's ``PROPFIND``, as obstore, zarrs and what uses them do.

A group is a collection of its members, and so is an array, which has none. Sizes are told of what is
asked for itself: to know those of all documents and chunks, one would have to make them.

References
----------
https://www.rfc-editor.org/rfc/rfc4918#section-9.1
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

XML = "application/xml; charset=utf-8"
_PREFIX = re.compile(r"(/[\w.~%-]+)+", re.ASCII)
register_namespace("D", "DAV:")


@dataclass(frozen=True)
class Resource:
    """What there is at a URL path, percent-encoded.

    Attributes
    ----------
    size
        In bytes; None for a collection.
    """

    href: str
    size: int | None = None
    etag: str | None = None


def seen_path(path: str, headers: Mapping[str, str]) -> str:
    """A URL path as the client sees it: behind the prefix that a proxy has taken away, if it says so.

    obstore takes what a path names from the root of the host, whatever the root of its store is; so for
    it alone, every group is a root. It can list the root of a store, then, and nothing below.
    """
    if headers.get("User-Agent", "").startswith("object_store/"):
        return "/"
    prefix = headers.get("X-Forwarded-Prefix", "").rstrip("/")
    return f"{prefix}{path}" if _PREFIX.fullmatch(prefix) else path


def members(href: str, names: Iterable[str]) -> list[Resource]:
    """A collection and its members, which are collections."""
    base = f"{href.rstrip('/')}/"
    below = [Resource(f"{base}{quote(name, safe='', errors='surrogateescape')}/") for name in names]
    return [Resource(base), *below]


def multistatus(resources: Iterable[Resource]) -> bytes:
    """The body of an answer with the status 207."""
    root = Element("{DAV:}multistatus")
    for resource in resources:
        response = SubElement(root, "{DAV:}response")
        SubElement(response, "{DAV:}href").text = resource.href
        found = SubElement(response, "{DAV:}propstat")
        properties = SubElement(found, "{DAV:}prop")
        kind = SubElement(properties, "{DAV:}resourcetype")
        # obstore parses nothing without a time; nothing here can promise that it did not change just now.
        SubElement(properties, "{DAV:}getlastmodified").text = formatdate(usegmt=True)
        if resource.size is None:
            SubElement(kind, "{DAV:}collection")
        else:
            SubElement(properties, "{DAV:}getcontentlength").text = str(resource.size)
        if resource.etag is not None:
            SubElement(properties, "{DAV:}getetag").text = resource.etag
        SubElement(found, "{DAV:}status").text = "HTTP/1.1 200 OK"
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def endless() -> bytes:
    """The body of the refusal to walk all that is below."""
    root = Element("{DAV:}error")
    SubElement(root, "{DAV:}propfind-finite-depth")
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
