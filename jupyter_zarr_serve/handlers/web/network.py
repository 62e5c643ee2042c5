"""Which addresses are those of one client."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address


@lru_cache(maxsize=1024)
def network_of(address: str) -> str:
    """An address, or the network of it that one person can have: of IPv6 that is very many addresses.

    Examples
    --------
    >>> network_of("192.0.2.1"), network_of("2001:db8:1:2:3::4")
    ('192.0.2.1', '2001:db8:1:2::/64')
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return address
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Network((found, 64), strict=False))
