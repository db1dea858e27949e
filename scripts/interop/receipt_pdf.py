"""Reads the PDF profile of docs/verify.md, "The file": objects, the one signature, one attachment."""

import re
from dataclasses import dataclass, field

from receipt_errors import Refused

SPACE = b" \n\r\t\f\0"
DELIMITERS = b"()<>[]{}/%"
MAX_DEPTH = 32
MAX_BYTES = 64 * 1024 * 1024


@dataclass
class Value:
    """kind: number, word, name, string, hex, reference, array or dict; it stands from start up to end."""

    kind: str
    value: object
    start: int
    end: int


@dataclass
class Pdf:
    data: bytes
    objects: dict = field(default_factory=dict)  # number -> (Value, stream or None)
    catalog: dict = field(default_factory=dict)
    signature_count: int = 0

    def follow(self, value):
        """What a reference leads to, with its stream; any other value as it is."""
        if value is None:
            raise malformed("a value is missing")
        if value.kind != "reference":
            return value, None
        found = self.objects.get(value.value)
        if found is None or found[0].kind == "reference":
            raise malformed(f"object {value.value} is missing")
        return found

    def get(self, value, kind):
        target = self.follow(value)[0]
        if target.kind != kind:
            raise malformed(f"expected a {kind}")
        return target.value


def malformed(why):
    return Refused("pdf_malformed", why)


def open_pdf(data: bytes) -> Pdf:
    """The whole file, every byte of it accounted for."""
    if len(data) > MAX_BYTES:
        raise malformed("too long")
    found = re.search(rb"\nstartxref\n([1-9][0-9]{0,9})\n%%EOF\n?\Z", data[-40:])
    if not found:
        raise malformed("no cross-reference table at its end")
    table_at = int(found[1])
    offsets, trailer = read_table(data, table_at)
    pdf = Pdf(data)
    read_objects(pdf, offsets, table_at)
    size = trailer.get("Size")
    if "Root" not in trailer or {"Prev", "XRefStm", "Encrypt"} & set(trailer):
        raise malformed("no root, or an earlier table, or encryption")
    if size is None or size.kind != "number" or size.value != len(offsets) + 1:
        raise malformed("another size")
    pdf.catalog = pdf.get(trailer["Root"], "dict")
    pdf.signature_count = sum(holds_signature(value) for value, _ in pdf.objects.values())
    return pdf


def read_table(data, at):
    head = re.match(rb"xref\n0 ([1-9][0-9]{0,5})\n", data[at : at + 20])
    count = int(head[1]) if head else 0
    if count < 2:
        raise malformed("no cross-reference table")
    first = at + head.end()
    end = first + 20 * count
    if end > len(data) or data[first : first + 20] != b"0000000000 65535 f \n":
        raise malformed("the table's first entry")
    offsets = []
    for place in range(first + 20, end, 20):
        entry = re.fullmatch(rb"([0-9]{10}) 00000 n \n", data[place : place + 20])
        if not entry:
            raise malformed("an entry of the table")
        offsets.append(int(entry[1]))
    trailer = read_value(data, expect(data, end, b"trailer\n"))
    last = expect(data, skip_space(data, trailer.end), b"startxref\n%d\n%%%%EOF" % at)
    if trailer.kind != "dict" or skip_space(data, last) != len(data):
        raise malformed("more follows the end")
    return offsets, trailer.value


def read_objects(pdf, offsets, table_at):
    data = pdf.data
    at = min(offsets)
    if not re.fullmatch(rb"%PDF-(?:1\.[4-7]|2\.0)\n(?:%[\x80-\xff]{4}\n)?", data[:at]):
        raise malformed("the header")
    for number, offset in sorted(enumerate(offsets, 1), key=lambda pair: pair[1]):
        if offset != at:
            raise malformed("objects do not follow one another")
        at = skip_space(data, read_object(pdf, number, offset))
    if at != table_at:
        raise malformed("something stands before the table")


def read_object(pdf, number, offset):
    data = pdf.data
    value = read_value(data, expect(data, offset, b"%d 0 obj\n" % number))
    after = skip_space(data, value.end)
    if data[after : after + 1] != b"s" or value.kind != "dict":
        pdf.objects[number] = (value, None)
        return expect(data, after, b"endobj\n")
    start = expect(data, after, b"stream\n")
    length = value.value.get("Length")
    if length is None or length.kind != "number" or not isinstance(length.value, int) or length.value < 0:
        raise malformed("a stream's length")
    if is_name(value.value.get("Type"), "ObjStm") or is_name(value.value.get("Type"), "XRef"):
        raise malformed("a stream that holds objects")
    pdf.objects[number] = (value, data[start : start + length.value])
    return expect(data, start + length.value, b"\nendstream\nendobj\n")


def read_value(data, at, depth=0) -> Value:
    at = skip_space(data, at)
    if depth > MAX_DEPTH:
        raise malformed("nested too deep")
    head = data[at : at + 2]
    if head[:1] == b"/":
        return read_name(data, at)
    if head[:1] == b"(":
        return read_string(data, at)
    if head[:1] == b"[":
        return read_array(data, at, depth)
    if head == b"<<":
        return read_dict(data, at, depth)
    if head[:1] == b"<":
        end = data.find(b">", at)
        if end < 0:
            raise malformed("a hexadecimal string does not end")
        return Value("hex", None, at, end + 1)
    return read_number_or_word(data, at)


def read_number_or_word(data, at):
    end = end_of_token(data, at)
    token = data[at:end]
    if re.fullmatch(rb"[0-9]{1,15}", token):
        if data[end : end + 4] == b" 0 R":
            return Value("reference", int(token), at, end + 4)
        return Value("number", int(token), at, end)
    if len(token) <= 32 and re.fullmatch(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", token):
        return Value("number", float(token), at, end)
    if len(token) <= 32 and re.fullmatch(rb"true|false|null|\*+", token):
        return Value("word", token.decode(), at, end)
    raise malformed("no value begins here")


def read_name(data, at):
    end = end_of_token(data, at + 1)
    raw = data[at + 1 : end]
    if re.search(rb"#(?![0-9A-Fa-f]{2})", raw):
        raise malformed("a name's escape")
    text = re.sub(rb"#(..)", lambda found: bytes([int(found[1], 16)]), raw, flags=re.S)
    return Value("name", text.decode("latin-1"), at, end)


def read_string(data, start):
    depth, text, at = 0, bytearray(), start
    while at < len(data):
        char = data[at]
        if char == 0x5C:
            at += 1
            escaped = data[at : at + 1]
            if escaped and escaped in b"0123456789\r\n":
                raise malformed("a string's escape")
            text += {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(escaped, escaped)
        elif char == 0x29 and depth == 1:
            return Value("string", text.decode("latin-1"), start, at + 1)
        else:
            depth += {0x28: 1, 0x29: -1}.get(char, 0)
            if at > start:
                text.append(char)
        at += 1
    raise malformed("a string does not end")


def read_array(data, start, depth):
    items, at = [], skip_space(data, start + 1)
    while data[at : at + 1] != b"]":
        items.append(read_value(data, at, depth + 1))
        at = skip_space(data, items[-1].end)
    return Value("array", items, start, at + 1)


def read_dict(data, start, depth):
    entries, at = {}, skip_space(data, start + 2)
    while data[at : at + 1] != b">":
        key = read_value(data, at, depth + 1)
        if key.kind != "name" or key.value in entries:
            raise malformed("a key is no name, or stands twice")
        entries[key.value] = read_value(data, key.end, depth + 1)
        at = skip_space(data, entries[key.value].end)
    return Value("dict", entries, start, expect(data, at, b">>"))


def skip_space(data, at):
    while at < len(data) and data[at] in SPACE:
        at += 1
    return at


def expect(data, at, text):
    if at < 0 or data[at : at + len(text)] != text:
        raise malformed(f"expected {text!r}")
    return at + len(text)


def end_of_token(data, at):
    while at < len(data) and data[at] not in SPACE and data[at] not in DELIMITERS:
        at += 1
    return at


def is_name(value, name):
    return value is not None and value.kind == "name" and value.value == name


def holds_signature(value):
    if value.kind == "array":
        return any(holds_signature(item) for item in value.value)
    if value.kind != "dict":
        return False
    return "ByteRange" in value.value or any(holds_signature(item) for item in value.value.values())


def locate_signature(pdf: Pdf):
    """(start, end) of /Contents with its brackets: the one hole in what the one signature covers."""
    if "AcroForm" not in pdf.catalog:
        raise Refused("signature_missing", "no form")
    fields = pdf.get(pdf.get(pdf.catalog["AcroForm"], "dict").get("Fields"), "array")
    entry = pdf.get(fields[0] if fields else None, "dict")
    signature = pdf.get(entry.get("V"), "dict")
    ranges, contents = signature.get("ByteRange"), signature.get("Contents")
    names = [("Type", "Sig"), ("Filter", "Adobe.PPKLite"), ("SubFilter", "ETSI.CAdES.detached")]
    is_ours = is_name(entry.get("FT"), "Sig") and all(is_name(signature.get(key), name) for key, name in names)
    is_ours = is_ours and ranges is not None and ranges.kind == "array" and len(ranges.value) == 4
    if not is_ours or contents is None or contents.kind != "hex":
        raise Refused("signature_missing", "no signature of the kind")
    if len(fields) != 1 or pdf.signature_count != 1:
        raise Refused("signature_not_whole", "more than one signature")
    numbers = [item.value if item.kind == "number" else None for item in ranges.value]
    if numbers != [0, contents.start, contents.end, len(pdf.data) - contents.end]:
        raise Refused("signature_not_whole", "other ranges")
    return contents.start, contents.end


def attachment(pdf: Pdf, name: str) -> bytes:
    if "Names" not in pdf.catalog or "EmbeddedFiles" not in pdf.get(pdf.catalog["Names"], "dict"):
        raise Refused("attachment_missing", name)
    tree = pdf.get(pdf.get(pdf.catalog["Names"], "dict")["EmbeddedFiles"], "dict")
    if "Kids" in tree:
        raise Refused("attachment_malformed", "a tree of names")
    pairs = pdf.get(tree.get("Names"), "array")
    places = [index for index in range(0, len(pairs), 2) if is_text(pairs[index], name)]
    if not places:
        raise Refused("attachment_missing", name)
    if len(places) > 1:
        raise Refused("attachment_malformed", "its name stands twice")
    specification = pdf.get(pairs[places[0] + 1] if places[0] + 1 < len(pairs) else None, "dict")
    if not is_text(specification.get("F"), name) or not is_text(specification.get("UF"), name):
        raise Refused("attachment_malformed", "another name")
    streams = pdf.get(specification.get("EF"), "dict")
    plain, other = streams.get("F"), streams.get("UF")
    is_one = plain is not None and plain.kind == "reference" and set(streams) <= {"F", "UF"}
    if not is_one or (other is not None and (other.kind, other.value) != ("reference", plain.value)):
        raise Refused("attachment_malformed", "more than one stream")
    head, stream = pdf.follow(plain)
    if head.kind != "dict" or stream is None or "Filter" in head.value or "F" in head.value:
        raise Refused("attachment_malformed", "it is not stored as it is")
    if not is_name(head.value.get("Type"), "EmbeddedFile"):
        raise Refused("attachment_malformed", "no embedded file")
    return stream


def is_text(value, text):
    return value is not None and value.kind == "string" and value.value == text
