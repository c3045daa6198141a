"""Signatures of webhooks that Anymail checks only with libraries that we do without: RSA and Svix."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Final

from asn1crypto.keys import PublicKeyInfo
from django.utils.crypto import constant_time_compare

# DigestInfo of PKCS #1, up to the digest itself.
_PREFIXES: Final = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}
_LEAST_BITS: Final = 1024
_SVIX_SECONDS: Final = 300
_SVIX_PREFIX: Final = "whsec_"


def is_rsa_signed(key: PublicKeyInfo, signature: str, data: bytes, digest: str) -> bool:
    """Whether the base64 ``signature`` is one of PKCS #1 v1.5 by the owner of the public key.

    The padding is built and compared as a whole, and never taken apart: what reads it leniently can be deceived.
    """
    if key.algorithm != "rsa":
        return False
    numbers = key["public_key"].parsed.native
    modulus, exponent = numbers["modulus"], numbers["public_exponent"]
    length = (modulus.bit_length() + 7) // 8
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    if modulus.bit_length() < _LEAST_BITS or len(given) != length:
        return False
    info = _PREFIXES[digest] + hashlib.new(digest, data).digest()
    wanted = b"\0\1" + b"\xff" * (length - len(info) - 3) + b"\0" + info
    found = pow(int.from_bytes(given, "big"), exponent, modulus).to_bytes(length, "big")
    return hmac.compare_digest(found, wanted)


def is_svix_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the call was signed with the secret, within the last minutes (docs.svix.com, "verifying payloads")."""
    name, sent = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    if not name or not sent.isdecimal() or abs(time.time() - int(sent)) > _SVIX_SECONDS:
        return False
    try:
        key = base64.b64decode(secret.removeprefix(_SVIX_PREFIX))
    except binascii.Error:
        return False
    wanted = base64.b64encode(hmac.digest(key, f"{name}.{sent}.".encode() + body, "sha256")).decode()
    given = (one.partition(",") for one in headers.get("svix-signature", "").split())
    return any(version == "v1" and constant_time_compare(mac, wanted) for version, _, mac in given)
