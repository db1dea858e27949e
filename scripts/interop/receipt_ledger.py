"""Digests, leaf, proof and the chain of docs/ledger.md, and the two JSON files of docs/verify.md."""

import hmac
import json
import re
import urllib.request
from dataclasses import dataclass

from receipt_cms import sha256
from receipt_errors import Refused

MAX_SAFE = 2**53 - 1
MAX_FILE_BYTES = 64 * 1024 * 1024
ALWAYS_SHOWN = ("/eInvoiceCode", "/eInvoiceNumber", "/totalAmount", "/invoicingPartyCode", "/invoicingPartyName")
EVIDENCE_SELECTOR = "4f482f57"  # keccak-256("evidence(uint64,uint32,bytes32,bytes32)"), its first four bytes
TIMEOUT_S = 10


# JSON


def whole(text):
    number = int(text) if len(text) <= 17 else MAX_SAFE + 1
    if text == "-0" or abs(number) > MAX_SAFE:
        raise Refused("data_not_canonical", "a number past 2^53 - 1, or negative zero")
    return number


def no_float(text):
    raise Refused("data_not_canonical", f"{text} is no integer")


def array_index(name):
    return int(name) if re.fullmatch(r"0|[1-9][0-9]{0,9}", name) and int(name) < 2**32 - 1 else None


def members(pairs):
    """As ECMAScript orders members: array indices first, ascending; then as written. A name's last value counts."""
    plain = dict(pairs)
    indices = sorted((name for name in plain if array_index(name) is not None), key=int)
    return {name: plain[name] for name in [*indices, *(name for name in plain if array_index(name) is None)]}


def parse_json(data: bytes):
    try:
        text = data.decode("utf-8")
        if text.startswith("\ufeff"):
            raise Refused("json_malformed", "a byte order mark")
        return json.loads(
            text, parse_int=whole, parse_float=no_float, parse_constant=no_float, object_pairs_hook=members
        )
    except (ValueError, RecursionError) as error:
        raise Refused("json_malformed", "no JSON in UTF-8") from error


def stringify(value) -> bytes:
    """As ECMAScript's JSON.stringify writes what parse_json gives. A lone surrogate has no UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused("data_not_canonical", "a lone surrogate") from error


def hex_bytes(text, length=None):
    if not isinstance(text, str) or not re.fullmatch(r"0x(?:[0-9a-f]{2})*", text):
        raise Refused("hex_malformed", "no lower-case hexadecimal")
    data = bytes.fromhex(text[2:])
    if length is not None and len(data) != length:
        raise Refused("hex_malformed", f"expected {length} bytes")
    return data


# Data digest


def flatten(data):
    """[(path, value)] of all leaves in the order of their paths as UTF-8."""
    leaves, budget = [], [8_388_608]

    def collect(value, path, depth):
        if depth > 16:
            raise Refused("data_too_large", "levels")
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in list(items):
            collect(item, f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}", depth + 1)
        if isinstance(value, (dict, list)) and value:
            return
        for text in [path, value if isinstance(value, str) else ""]:
            budget[0] -= len(text.encode("utf-16-le", "surrogatepass")) // 2
        if budget[0] < 0 or len(leaves) >= 65_536:
            raise Refused("data_too_large", "characters or fields")
        stringify([path, value])
        leaves.append((path, value))

    collect(data, "", 0)
    return sorted(leaves, key=lambda leaf: leaf[0].encode())


def value_digest(value, salt):
    return sha256(b"\x0c" + salt + stringify(value))


def field_digest(path, digest):
    return sha256(b"\x03" + digest + path.encode())


def data_digest(data, secret):
    fields = b""
    for path, value in flatten(data):
        salt = hmac.digest(secret, path.encode(), "sha256")[:16]
        fields += field_digest(path, value_digest(value, salt))
    return sha256(b"\x04" + fields)


# receipt.json


def read_receipt_file(raw):
    """(data, secret)"""
    file = parse_json(raw)
    if not isinstance(file, dict) or list(file) != ["version", "data", "secret"] or not is_one(file["version"]):
        raise Refused("receipt_file_malformed", "keys or version")
    if not isinstance(file["data"], dict):
        raise Refused("receipt_file_malformed", "data is no object")
    secret = hex_bytes(file["secret"], 32)
    flatten(file["data"])
    if stringify(file) != raw:
        raise Refused("receipt_file_malformed", "not in its one form")
    return file["data"], secret


def is_one(value):
    return type(value) is int and value == 1


# Disclosure file


def read_disclosure_file(raw):
    """(proof's bytes, fields)"""
    if len(raw) > MAX_FILE_BYTES:
        raise Refused("disclosure_malformed", "too long")
    file = parse_json(raw)
    if not isinstance(file, dict) or list(file) != ["type", "version", "proof", "fields"]:
        raise Refused("disclosure_malformed", "keys")
    if file["type"] != "lianpiao-disclosure" or not is_one(file["version"]):
        raise Refused("disclosure_malformed", "type or version")
    fields = file["fields"]
    if not isinstance(fields, list) or not 1 <= len(fields) <= 65_536:
        raise Refused("disclosure_malformed", "no list of fields")
    for field in fields:
        check_field(field)
    paths = [field["path"].encode() for field in fields]
    if any(a >= b for a, b in zip(paths, paths[1:])):
        raise Refused("disclosure_malformed", "paths are out of order, or twice")
    known = set(paths)
    for path in paths:
        ends = [at for at in range(1, len(path)) if path[at] == 0x2F]
        if any(path[:end] in known for end in ends):
            raise Refused("disclosure_malformed", "one path leads into another")
    proof = hex_bytes(file["proof"])
    if stringify(file) != raw:
        raise Refused("disclosure_malformed", "not in its one form")
    return proof, fields


def check_field(field):
    keys = list(field) if isinstance(field, dict) else []
    if keys not in (["path", "value", "salt"], ["path", "valueDigest"]):
        raise Refused("disclosure_malformed", "a field's keys")
    if not isinstance(field["path"], str) or not re.fullmatch(r"(?:/(?:[^~/]|~[01])*)+", field["path"], re.S):
        raise Refused("disclosure_malformed", "a path")
    if "value" in field:
        if isinstance(field["value"], (list, dict)) and field["value"]:
            raise Refused("disclosure_malformed", "a value with fields of its own")
        stringify(field["value"])
        hex_bytes(field["salt"], 16)
    else:
        hex_bytes(field["valueDigest"], 32)


def check_disclosure(fields, digest):
    """(shown, withheld): values by path, and paths."""
    shown = {field["path"]: field["value"] for field in fields if "value" in field}
    withheld = [field["path"] for field in fields if "value" not in field]
    digests = b""
    for field in fields:
        if "value" in field:
            inner = value_digest(field["value"], hex_bytes(field["salt"]))
        else:
            inner = hex_bytes(field["valueDigest"])
        digests += field_digest(field["path"], inner)
    if sha256(b"\x04" + digests) != digest:
        raise Refused("data_differs", "another digest")
    for path in withheld:
        if any(path == name or path.startswith(name + "/") for name in ALWAYS_SHOWN):
            raise Refused("field_cannot_be_withheld", path)
    return shown, withheld


# Proof


@dataclass
class Proof:
    chain_id: int
    contract: str
    batch: int
    code: int
    number: int
    data_digest: bytes
    document_digest: bytes
    issued_fen: int
    reversed_fen: int
    book_id: int
    first: int
    count: int
    segment_count: int
    leaf: bytes
    batch_root: bytes


def read_proof(raw: bytes) -> Proof:
    place = 0

    def take(length):
        nonlocal place
        place += length
        if place > len(raw):
            raise Refused("proof_malformed", "it ends too early")
        return raw[place - length : place]

    def uint(length):
        value = int.from_bytes(take(length), "big")
        if value > MAX_SAFE:
            raise Refused("proof_malformed", "a number past 2^53 - 1")
        return value

    if uint(1) != 1:
        raise Refused("proof_malformed", "version")
    chain_id, contract, batch = uint(8), "0x" + take(20).hex(), uint(8)
    entry_at = place
    code, number, data, document, issued, reverse = uint(4), uint(5), take(32), take(32), uint(8), uint(8)
    entry = raw[entry_at:place]
    header = take(12)
    book_id, first, count = (int.from_bytes(header[a:b], "big") for a, b in ((0, 4), (4, 9), (9, 12)))
    leaf_path = [take(32) for _ in range(uint(1))]
    segment_index, segment_count = uint(2), uint(2)
    batch_path = [take(32) for _ in range(uint(1))]
    if place != len(raw) or (issued and reverse) or batch < 1 or len(leaf_path) > 24 or len(batch_path) > 12:
        raise Refused("proof_malformed", "trailing bytes, both amounts, no batch, or too deep")
    if first + count - 1 > 2**40 - 1:
        raise Refused("segment_malformed", "past 40 bits")
    leaf = sha256(b"\x00" + entry)
    segment_root = climb(leaf, number - first, count, leaf_path, b"\x01")
    segment_hash = sha256(b"\x02" + header + segment_root)
    batch_root = climb(segment_hash, segment_index, segment_count, batch_path, b"\x05")
    return Proof(
        chain_id, contract, batch, code, number, data, document, issued, reverse, book_id, first, count,
        segment_count, leaf, batch_root,
    )  # fmt: skip


def climb(node, index, size, path, prefix):
    """RFC 6962's path, whose turns the index alone fixes; a node without a partner moves up as it is."""
    if not 0 <= index < size:
        raise Refused("proof_malformed", "an index outside its tree")
    siblings = list(path)
    last = size - 1
    while last > 0:
        if index % 2 == 1 or index < last:
            if not siblings:
                raise Refused("proof_malformed", "a path too short")
            sibling = siblings.pop(0)
            node = sha256(prefix + (sibling + node if index % 2 == 1 else node + sibling))
        index, last = index // 2, last // 2
    if siblings:
        raise Refused("proof_malformed", "a path too long")
    return node


# Chain


class Untold(Exception):
    """The chain could not be read: the reason."""


def ask(rpc_url, method, params):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(rpc_url, body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            answer = json.loads(response.read(1 << 20))
    except (OSError, ValueError) as error:
        raise Untold("node_unreachable") from error
    result = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(result, str):
        raise Untold("node_unreachable")
    return result


def quantity(text):
    if not re.fullmatch(r"0x[0-9a-f]{1,16}", text):
        raise Untold("node_unreachable")
    return int(text, 16)


def read_evidence(rpc_url, chain_id, contract, batch, book_id, root_digest, leaf):
    """What `evidence` answers at the newest block, as a dict, and that block's number."""
    node_chain, block = quantity(ask(rpc_url, "eth_chainId", [])), quantity(ask(rpc_url, "eth_blockNumber", []))
    if node_chain != chain_id:
        raise Untold("wrong_chain")
    words = batch.to_bytes(32, "big") + book_id.to_bytes(32, "big") + root_digest + leaf
    call = {"to": contract, "data": f"0x{EVIDENCE_SELECTOR}{words.hex()}"}
    answer = ask(rpc_url, "eth_call", [call, hex(block)])
    if not re.fullmatch(r"0x[0-9a-f]{1472}", answer):
        raise Untold("evidence_malformed")
    return decode_evidence(bytes.fromhex(answer[2:])), block


BYTES32, CREDIT_CODE, ADDRESS, BOOL = "bytes32", "bytes18", "address", "bool"
EVIDENCE = [
    ("batch_root", BYTES32), ("batch_head", BYTES32), ("batch_time", 8), ("segment_count", 4),
    ("unit_id", 4), ("code", 4), ("first", 5), ("last", 5), ("next", 5),
    ("credit_code", CREDIT_CODE), ("signer", ADDRESS), ("admitted_at", 8), ("suspended_at", 8), ("nonce", 8),
    ("root_added_at", 8), ("root_revoked_from", 8),
    ("reversed", BOOL), ("on_paper", BOOL), ("reversed_by_code", 4), ("reversed_by_number", 5),
    ("cap_fen", 8), ("used_fen", 8), ("locked_fen", 8),
]  # fmt: skip


def decode_evidence(data):
    evidence = {}
    for index, (name, kind) in enumerate(EVIDENCE):
        word = data[32 * index : 32 * index + 32]
        number = int.from_bytes(word, "big")
        if kind == BYTES32:
            evidence[name] = word
        elif kind == CREDIT_CODE:
            text = word[:18].decode("latin-1") if any(word) else ""
            if any(word[18:]) or not re.fullmatch(r"(?:[0-9A-Z]{18})?", text):
                raise Untold("evidence_malformed")
            evidence[name] = text
        else:
            limit = 2**160 - 1 if kind == ADDRESS else 1 if kind == BOOL else min(256**kind - 1, MAX_SAFE)
            if number > limit:
                raise Untold("evidence_malformed")
            evidence[name] = number
    return evidence
