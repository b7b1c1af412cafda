"""Which addresses messages may be sent to."""

from __future__ import annotations

import pytest

from campaigns.rules.addresses import is_public_address, parse_ip_address


@pytest.mark.parametrize(
    "text",
    ["1.1.1.1", "93.184.215.14", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "223.255.255.255",
     "11.0.0.0", "9.255.255.255", "169.253.255.255", "192.167.255.255", "198.20.0.0", "2606:4700::1111",
     "2a00:1450:4001::200e", "::ffff:1.1.1.1"],
)  # fmt: skip
def test_address_of_the_internet_is_public(text: str) -> None:
    assert is_public_address(parse_ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1"),
        *("127.255.255.255", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.0.2.1"),
        *("192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.1"),
        *("203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1"),
        *("fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1"),
    ],
)
def test_any_other_address_is_not(text: str) -> None:
    assert not is_public_address(parse_ip_address(text))


@pytest.mark.parametrize("text", ["", "example.com", "256.1.1.1", "1.1.1", "::g"])
def test_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        parse_ip_address(text)
