"""DER, the CMS profile, certificates and ECDSA P-256 of docs/verify.md, "The signature" and "Certificates"."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timezone

from receipt_errors import Refused

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID, SEQUENCE, SET = 0x01, 0x02, 0x03, 0x04, 0x06, 0x30, 0x31
CONTEXT_0, CONTEXT_1, CONTEXT_3 = 0xA0, 0xA1, 0xA3
PROOF_ATTRIBUTE = "2.25.275042020496937765847627902785562677292"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# DER


@dataclass
class Node:
    tag: int
    body: bytes
    raw: bytes


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    octets = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(octets)]) + octets + body


def oid(text):
    first, second, *rest = map(int, text.split("."))
    octets = b""
    for arc in [first * 40 + second, *rest]:
        group = [arc & 0x7F]
        while arc := arc >> 7:
            group.insert(0, arc & 0x7F | 0x80)
        octets += bytes(group)
    return der(OID, octets)


def read_head(data, at):
    """(start, length) of the contents of the element at this place."""
    head = data[at : at + 2]
    if len(head) < 2 or head[0] & 0x1F == 0x1F:
        raise Refused("der_malformed", "a tag")
    if head[1] < 0x80:
        return at + 2, head[1]
    width = head[1] - 0x80
    octets = data[at + 2 : at + 2 + width]
    length = int.from_bytes(octets, "big")
    if not 1 <= width <= 3 or len(octets) < width or length < (0x80 if width == 1 else 256 ** (width - 1)):
        raise Refused("der_malformed", "a length is not minimal")
    return at + 2 + width, length


def read_all(data):
    nodes, at = [], 0
    while at < len(data):
        start, length = read_head(data, at)
        if start + length > len(data):
            raise Refused("der_malformed", "an element ends too early")
        nodes.append(Node(data[at], data[start : start + length], data[at : start + length]))
        at = start + length
    return nodes


def read_one(data, tag=None):
    nodes = read_all(data)
    if len(nodes) != 1:
        raise Refused("der_malformed", "expected one element")
    return tagged(nodes[0], tag)


def child(nodes, index, tag=None):
    if index >= len(nodes):
        raise Refused("der_malformed", "an element is missing")
    return tagged(nodes[index], tag)


def tagged(node, tag):
    if tag is not None and node.tag != tag:
        raise Refused("der_malformed", f"expected tag {tag}")
    return node


def positive(node):
    """The value of a minimal INTEGER above zero, else None."""
    body = node.body
    if node.tag != INTEGER or not body or body[0] >= 0x80:
        return None
    if body[0] == 0 and (len(body) == 1 or body[1] < 0x80):
        return None
    return int.from_bytes(body, "big")


# CMS

SHA256_ALGORITHM = der(SEQUENCE, oid("2.16.840.1.101.3.4.2.1"))
ECDSA_SHA256 = der(SEQUENCE, oid("1.2.840.10045.4.3.2"))
ID_DATA = oid("1.2.840.113549.1.7.1")


@dataclass
class Cms:
    certificate: bytes
    root: bytes
    message_digest: bytes
    signature: bytes
    proof: bytes | None


def attribute(type_text, value):
    return der(SEQUENCE, oid(type_text), der(SET, value))


def signed_attributes(cms: Cms):
    certificate_id = der(SEQUENCE, der(OCTET_STRING, sha256(cms.certificate)))
    return (
        attribute("1.2.840.113549.1.9.3", ID_DATA)
        + attribute("1.2.840.113549.1.9.4", der(OCTET_STRING, cms.message_digest))
        + attribute("1.2.840.113549.1.9.16.2.47", der(SEQUENCE, der(SEQUENCE, certificate_id)))
    )


def encode_cms(cms: Cms):
    fields = read_all(child(read_all(read_one(cms.certificate, SEQUENCE).body), 0, SEQUENCE).body)
    issuer_and_serial = der(SEQUENCE, child(fields, 3, SEQUENCE).raw, child(fields, 1, INTEGER).raw)
    version = der(INTEGER, b"\1")
    unsigned = b"" if cms.proof is None else der(CONTEXT_1, attribute(PROOF_ATTRIBUTE, der(OCTET_STRING, cms.proof)))
    signer = der(
        SEQUENCE, version, issuer_and_serial, SHA256_ALGORITHM, der(CONTEXT_0, signed_attributes(cms)),
        ECDSA_SHA256, der(OCTET_STRING, cms.signature), unsigned,
    )  # fmt: skip
    signed_data = der(
        SEQUENCE, version, der(SET, SHA256_ALGORITHM), der(SEQUENCE, ID_DATA),
        der(CONTEXT_0, cms.certificate, cms.root), der(SET, signer),
    )  # fmt: skip
    return der(SEQUENCE, oid("1.2.840.113549.1.7.2"), der(CONTEXT_0, signed_data))


def read_cms(contents: bytes) -> Cms:
    """The CMS out of the digits of /Contents, zeros behind it. Written again, it must give the same bytes."""
    if len(contents) % 2 or not re.fullmatch(rb"[0-9a-f]*", contents):
        raise Refused("contents_malformed", "digits")
    room = bytes.fromhex(contents.decode())
    if room[:1] != bytes([SEQUENCE]):
        raise Refused("contents_malformed", "no signature stands there")
    start, length = read_head(room, 0)
    data, rest = room[: start + length], room[start + length :]
    if len(data) < start + length or any(rest):
        raise Refused("contents_malformed", "more than zeros follow")
    signed_data = read_all(read_one(child(read_all(read_one(data, SEQUENCE).body), 1, CONTEXT_0).body, SEQUENCE).body)
    certificates = read_all(child(signed_data, 3, CONTEXT_0).body)
    signer = read_all(read_one(child(signed_data, 4, SET).body, SEQUENCE).body)
    attributes = read_all(child(signer, 3, CONTEXT_0).body)
    cms = Cms(
        certificate=child(certificates, 0, SEQUENCE).raw,
        root=child(certificates, 1, SEQUENCE).raw,
        message_digest=value_of(child(attributes, 1)),
        signature=child(signer, 5, OCTET_STRING).body,
        proof=value_of(read_one(signer[6].body)) if len(signer) > 6 else None,
    )
    if len(cms.message_digest) != 32 or encode_cms(cms) != data:
        raise Refused("cms_malformed", "not of the profile")
    return cms


def value_of(node):
    return read_one(child(read_all(node.body), 1, SET).body, OCTET_STRING).body


# Certificates

P256_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
TEXT_TAGS = (0x0C, 0x13, 0x16)


@dataclass
class Certificate:
    tbs: bytes
    issuer: bytes
    subject: bytes
    spki: bytes
    signature: bytes
    not_before_ms: int
    not_after_ms: int
    credit_code: str
    is_authority: bool
    key_usage: int | None

    @property
    def point(self):
        return int.from_bytes(self.spki[27:59], "big"), int.from_bytes(self.spki[59:], "big")


def require(condition, why):
    if not condition:
        raise Refused("certificate_malformed", why)


def read_certificate(raw: bytes) -> Certificate:
    parts = read_all(read_one(raw, SEQUENCE).body)
    tbs = child(parts, 0, SEQUENCE)
    fields = read_all(tbs.body)
    validity = read_all(child(fields, 4, SEQUENCE).body)
    spki = child(fields, 6, SEQUENCE).raw
    require(child(fields, 0).raw == bytes.fromhex("a003020102"), "version")
    require(child(fields, 2).raw == ECDSA_SHA256 and child(parts, 1).raw == ECDSA_SHA256, "algorithm")
    require(spki[: len(P256_SPKI)] == P256_SPKI and len(spki) == len(P256_SPKI) + 64, "key")
    require(len(parts) == 3 and len(validity) == 2 and len(fields) == 8, "parts")
    serial = child(fields, 1, INTEGER)
    require(positive(serial) is not None and len(serial.body) <= 20, "serial number")
    signature = child(parts, 2, BIT_STRING).body
    require(signature[:1] == b"\0", "unused bits")
    subject = child(fields, 5, SEQUENCE)
    name_value(subject, oid("2.5.4.3"))
    code = re.fullmatch(r"NTRCN-([0-9A-Z]{18})", name_value(subject, oid("2.5.4.97")))
    is_authority, key_usage = read_extensions(child(fields, 7, CONTEXT_3))
    return Certificate(
        tbs.raw, child(fields, 3, SEQUENCE).raw, subject.raw, spki, signature[1:],
        time_ms(validity[0]), time_ms(validity[1]), code[1] if code else "", is_authority, key_usage,
    )  # fmt: skip


def name_value(name, type_oid):
    sets = [read_all(tagged(each, SET).body) for each in read_all(name.body)]
    pairs = [read_all(tagged(pair, SEQUENCE).body) for each in sets for pair in each]
    found = [pair for pair in pairs if child(pair, 0, OID).raw == type_oid]
    require(len(found) <= 1, "an attribute stands twice")
    if not found or len(found[0]) < 2 or found[0][1].tag not in TEXT_TAGS:
        return ""
    return decode(found[0][1].body)


def decode(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("text_malformed", "no UTF-8") from error


def read_extensions(node):
    is_authority, key_usage, seen = False, None, set()
    for extension in read_all(read_one(node.body, SEQUENCE).body):
        parts = read_all(tagged(extension, SEQUENCE).body)
        kind = child(parts, 0, OID).raw
        value = read_one(child(parts, len(parts) - 1, OCTET_STRING).body)
        require(kind not in seen, "an extension stands twice")
        seen.add(kind)
        if kind == oid("2.5.29.19"):
            first = (read_all(tagged(value, SEQUENCE).body) or [None])[0]
            is_authority = first is not None and first.tag == BOOLEAN and first.body[:1] == b"\xff"
        elif kind == oid("2.5.29.15"):
            octet = tagged(value, BIT_STRING).body[1:2] or b"\0"
            key_usage = int(f"{octet[0]:08b}"[::-1], 2)
        elif kind not in (oid("2.5.29.37"), oid("2.5.29.32")):
            require(len(parts) != 3, "a critical extension is not known")
    return is_authority, key_usage


def time_ms(node):
    text = decode(node.body)
    require(node.tag in (0x17, 0x18), "a time")
    if node.tag == 0x17:
        text = ("20" if text[:2] < "50" else "19") + text
    require(re.fullmatch(r"[0-9]{14}Z", text), "a time")
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise Refused("certificate_malformed", "a time") from error
    require(moment.strftime("%S") == text[12:14], "a time")
    return int(moment.timestamp()) * 1000


def check_chain(leaf: Certificate, root: Certificate):
    rules = [
        leaf.issuer == root.subject and root.issuer == root.subject,
        root.is_authority and not leaf.is_authority,
        leaf.key_usage is None or leaf.key_usage & 0b11 != 0,
        root.key_usage is None or root.key_usage & 0b100000 != 0,
        verify_p256(root.point, root.tbs, root.signature),
        verify_p256(root.point, leaf.tbs, leaf.signature),
    ]
    if not all(rules):
        raise Refused("chain_broken", f"rule {rules.index(False)}")


# ECDSA on P-256 (FIPS 186-5), affine coordinates: a dozen milliseconds, and nothing secret

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(factor, point):
    result = None
    for bit in f"{factor:b}":
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def verify_p256(point, message: bytes, signature: bytes) -> bool:
    """True if the DER signature, in its one encoding, verifies over SHA-256 of the message."""
    x, y = point
    if not (x < P and y < P and (y**2 - x**3 + 3 * x - B) % P == 0):
        return False
    try:
        numbers = [positive(node) for node in read_all(read_one(signature, SEQUENCE).body)]
    except Refused:
        return False
    if len(numbers) != 2 or any(number is None or number >= N for number in numbers):
        return False
    r, s = numbers
    inverse = pow(s, -1, N)
    digest = int.from_bytes(sha256(message), "big")
    total = add(times(digest * inverse % N, G), times(r * inverse % N, point))
    return total is not None and total[0] % N == r
