"""Checks a proof from what hub/services/evidence/README.md says and from nothing else: the standard
library and ``cryptography``, no code of the hub. Numbers in comments are sections there.

    python second_verifier.py FILE ROOT.pem
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

WORD = r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*"
OWN = ("manifest.json", "openings.json", "signed.pdf")
EMBEDDED = ["events.json", "manifest.json", "shown.json"]
HASHES = {"2.16.840.1.101.3.4.2.1": hashes.SHA256(), "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
          "2.16.840.1.101.3.4.2.3": hashes.SHA512()}  # fmt: skip
DATA, TST = "1.2.840.113549.1.7.1", "1.2.840.113549.1.9.16.1.4"
CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
PSS, MGF1 = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"
SIGNATURES = dict(zip(
    ["1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
     "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4"],
    [*HASHES, *HASHES], strict=True,
))  # fmt: skip
SIGNATURES["1.2.840.113549.1.1.1"] = None  # RSA with the digest that is told apart
TEXTS = {0x03, 0x0C, 0x12, 0x13, 0x14, 0x16, 0x1C, 0x1E}  # UTF8String and its like
WRITTEN = {"{adobe:ns:meta/}xmptk", "{http://ns.adobe.com/pdf/1.3/}Producer",
           "{http://ns.adobe.com/xap/1.0/}ModifyDate",
           "{http://ns.adobe.com/xap/1.0/}MetadataDate"}  # fmt: skip
UNREADABLE = (ArithmeticError, AttributeError, InvalidSignature, LookupError, RecursionError,
              SyntaxError, TypeError, ValueError, UnsupportedAlgorithm, x509.DuplicateExtension,
              x509.ExtensionNotFound, x509.InvalidVersion,
              x509.UnsupportedGeneralNameType)  # fmt: skip


class Refused(Exception):
    """Its first argument is the member."""


def need(truth, member="signed.pdf", why="does not fit"):
    if not truth:
        raise Refused(member, why)


def judge(data, roots, now=None):
    """Whether it holds, the first member that differs, what is erased."""
    try:
        need(len(data) <= 1 << 30, "")
        if data[:4] == b"PK\x03\x04":
            return True, "", bundle(data, roots, now or datetime.now(UTC))
        need(data[:5] == b"%PDF-", "")
        manifest, files = sealed(data, roots, now or datetime.now(UTC))
        m = manifest_of(manifest)
        embedded_fit(files, m)
        history(files["events.json"], m)
        shown(files["shown.json"], m)
        return True, "", []
    except Refused as refused:
        return False, refused.args[0], []


def bundle(data, roots, now):  # 7, steps 2 to 10
    at, entries, contents = 0, [], {}

    def take(name, size=None, digest=None, limit=1 << 30):
        nonlocal at
        head = data[at : at + 30 + len(name)]
        need(len(head) == 30 + len(name) and head[:4] == b"PK\x03\x04", name)
        need(head[30:] == name.encode() and head[26:28] == struct.pack("<H", len(name)), name)
        size = struct.unpack_from("<I", head, 18)[0] if size is None else size
        content = data[at + len(head) : at + len(head) + size]
        need(size <= limit and len(content) == size, name)
        need(digest in (None, sha(content)), name)
        row = struct.pack("<HHHIII", 0, 0, 33, zlib.crc32(content), size, size)
        need(head[:30] == b"PK\x03\x04" + struct.pack("<HH", 20, 0) + row
             + struct.pack("<HH", len(name), 0), name)  # fmt: skip
        entries.append((name, row, at))
        at += len(head) + size
        contents[name] = content

    take("manifest.json", limit=16777216)
    m = manifest_of(contents["manifest.json"])
    take("openings.json", limit=16777216)
    for one in m["members"]:
        take(one["name"], one["size"], one["sha256"])
    take("signed.pdf")
    rows = b"".join(
        b"PK\x01\x02" + struct.pack("<HHH", 788, 20, 0) + row
        + struct.pack("<5H2I", len(name), 0, 0, 0, 0, 0x81A40000, place) + name.encode()
        for name, row, place in entries
    )  # fmt: skip
    count = len(entries)
    end = struct.pack("<4H2IH", 0, 0, count, count, len(rows), at, 0)
    need(data[at:] == rows + b"PK\x05\x06" + end, "(directory)")
    manifest, files = sealed(contents["signed.pdf"], roots, now)
    if manifest != contents["manifest.json"]:
        first_difference(m, manifest)
    embedded_fit(files, m)
    events, commitments = history(contents["events.json"], m)
    erased = openings(contents["openings.json"], commitments)
    people(contents, m, events, shown(contents["shown.json"], m))
    return erased


def first_difference(m, manifest):  # 7, step 5
    try:
        other = manifest_of(manifest)["members"]
    except Refused:
        raise Refused("signed.pdf") from None
    own = m["members"]
    for n in range(max(len(own), len(other))):
        mine, theirs = own[n : n + 1], other[n : n + 1]
        need(mine == theirs, (mine or theirs)[0]["name"])
    raise Refused("manifest.json")


def sha(content):
    return hashlib.sha256(content).hexdigest()


def canonical(value):  # 2
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def plain(value, depth=0):
    if isinstance(value, float):
        return value == 0 or 0.0001 <= abs(value) < 1e15
    if isinstance(value, int):
        return -(1 << 63) <= value < 1 << 64
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return depth < 32 and all(plain(one, depth + 1) for one in inner)
    return True


def read(member, content):
    try:
        value = json.loads(content.decode())
        need(plain(value) and canonical(value) == content, member)
    except (ValueError, RecursionError):
        raise Refused(member) from None
    return value


def has(value, **types):
    return (isinstance(value, dict) and set(value) == set(types)
            and all(type(value[key]) is kind for key, kind in types.items()))  # fmt: skip


def is_hash(text):
    return isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text) is not None


def manifest_of(content):  # 5.1
    me = "manifest.json"
    m = read(me, content)
    need(has(m, format=str, request=dict, made_at=str, events=dict, members=list), me)
    need(m["format"] == "paraph-evidence/1", me)
    need(has(m["request"], id=str, number=str) and has(m["events"], count=int, head=str), me)
    need(is_hash(m["events"]["head"]) and len(m["members"]) <= 5000, me)
    for one in m["members"]:
        need(has(one, name=str, size=int, sha256=str) and one["size"] >= 0, me)
        need(is_hash(one["sha256"]) and len(one["name"]) <= 120 and one["name"] not in OWN, me)
        need(re.fullmatch(f"{WORD}(/{WORD})*", one["name"]), me)
    names = {one["name"] for one in m["members"]}
    need(len(names) == len(m["members"]), me)
    need({"shown.json", "events.json", "receipts.json"} <= names, me)
    return m


def embedded_fit(files, m):
    listed = {one["name"]: one["sha256"] for one in m["members"]}
    need(all(sha(files[name]) == listed[name] for name in ("shown.json", "events.json")))


def history(content, m):  # 5.3
    me = "events.json"
    value = read(me, content)
    need(has(value, request=str, events=list) and value["request"] == m["request"]["id"], me)
    previous, told = "", {}
    for n, event in enumerate(value["events"], 1):
        need(has(event, seq=int, kind=str, at=str, data=dict, commitments=dict, previous=str,
                 hash=str), me)  # fmt: skip
        need(all(is_hash(made) for made in event["commitments"].values()), me)
        need(event["seq"] == n and event["previous"] == previous, me)
        body = {key: event[key] for key in ("seq", "kind", "at", "data", "commitments")}
        body["request"] = value["request"]
        need(event["hash"] == sha(previous.encode() + b"\n" + canonical(body)), me)
        previous, told[str(n)] = event["hash"], event["commitments"]
    need(m["events"] == {"count": len(value["events"]), "head": previous}, me)
    return value["events"], told


def openings(content, commitments):  # 5.4
    me = "openings.json"
    value = read(me, content)
    need(has(value, openings=dict), me)
    for seq, fields in value["openings"].items():
        need(isinstance(fields, dict) and fields, me)
        for name, field in fields.items():
            need(isinstance(field, dict) and set(field) == {"salt", "value"}, me)
            need(isinstance(field["salt"], str), me)
            made = sha(canonical([field["salt"], field["value"]]))
            need(commitments.get(seq, {}).get(name) == made, me)
    return [f"{seq} {name}" for seq, names in commitments.items() for name in sorted(names)
            if name not in value["openings"].get(seq, {})]  # fmt: skip


def shown(content, m):  # 5.2
    me = "shown.json"
    value = read(me, content)
    listed = {one["name"]: one["sha256"] for one in m["members"]}
    try:
        need({key: value["request"][key] for key in ("id", "number")} == m["request"], me)
        lists = [value["attachments"], value["documents"]]
        need(all(isinstance(one, list) for one in lists), me)
        need(all(isinstance(one["pages"], list) for one in value["documents"]), me)
        found = [(one["file"], one["sha256"]) for one in value["documents"]]
        found += [(p["image"], p["sha256"]) for one in value["documents"] for p in one["pages"]]
        found += [(one["file"], one["sha256"]) for one in value["attachments"]]
        found += [(one["image"], one["image_sha256"]) for one in value["attachments"]
                  if one["image"] is not None]  # fmt: skip
        need(all(name in listed and listed[name] == digest for name, digest in found), me)
        papers(value, lambda page: page["sha256"]), choice(value, "title")
    except (KeyError, TypeError):
        raise Refused(me) from None
    return value


def rows(value, name):
    found = value[name]
    if not isinstance(found, list):
        raise TypeError
    return found


def papers(value, page):  # 5.6
    documents = [[one["key"], one["version"], one["title"], one["sha256"],
                  *(page(each) for each in rows(one, "pages"))]
                 for one in rows(value, "documents")]  # fmt: skip
    return canonical([documents, [[one["key"], one["title"], one["sha256"], one["must_view"]]
                                  for one in rows(value, "attachments")]])  # fmt: skip


def choice(value, words):  # 5.6
    sums = value["totals"]
    total = sums if sums is None else [sums["currency"], sums["net"], sums["gross"]]
    lines = [[one["id"], one[words], one["decision"]] for one in rows(value, "lines")]
    return canonical([lines, total])


def people(contents, m, events, what):  # 7, step 10
    names = [one["name"] for one in m["members"] if one["name"].startswith("people/")]
    need(names, "people/1/person.json")
    n = 0
    while names:
        n, me = n + 1, names.pop(0)
        need(me == f"people/{n}/person.json", me)
        person = read(me, contents[me])
        need(is_person(person), me)
        signature = person["signature"]
        for part in signature["parts"] if signature else ():
            need(names and names.pop(0) == f"people/{n}/{part['name']}", me)
        if signature:
            act(contents, m, events, what, me, person["key"], signature)


def is_person(value):  # 5.5
    texts = dict.fromkeys(("key", "name", "role", "language"), str)
    made = value.get("signature") if isinstance(value, dict) else None
    if not has(value, **texts, signature=type(made)):
        return False
    keys = ["kind", "method", "scheme", "reference", "name", "national_id", "at", "ip",
            "user_agent", "code_channel", "consent", "binding"]  # fmt: skip
    return made is None or (
        has(made, **dict.fromkeys(keys, str), in_person=bool, shown=dict, answers=dict,
            parts=list)
        and made["kind"] in ("signed", "approved")
        and all(has(part, name=str, media_type=str) for part in made["parts"])
    )  # fmt: skip


def act(contents, m, events, what, me, key, signature):  # 7, step 10
    signs = signature["kind"] == "signed"
    mine = [
        event["data"]
        for event in events
        if event["kind"] == signature["kind"] and event["data"].get("recipient") == key
    ]
    need(mine, me)
    told = mine[-1]
    if signs:
        text = me.replace("person.json", "signed-text.txt")
        need(text in contents and sha(contents[text]) == told.get("text_sha256"), text)
    digest = sha(canonical(signature["shown"]))
    need(told.get("shown_sha256") == digest, me)
    need(told.get("in_person", False) is signature["in_person"], me)
    order = told.get("order")
    need(not signs or isinstance(order, str), me)
    binding = (
        f"paraph:v1;request={m['request']['id']};order={order};"
        f"text-sha256={told.get('text_sha256')};"
        f"answers-sha256={sha(canonical(signature['answers']))};shown-sha256={digest}"
    )
    need(signature["binding"] == (binding if signs else ""), me)
    try:
        need(papers(signature["shown"], lambda page: page)
             == papers(what, lambda page: page["sha256"]), me)  # fmt: skip
        need(choice(signature["shown"], "text") == choice(what, "title"), me)
    except (KeyError, TypeError):
        raise Refused(me) from None


def sealed(pdf, roots, now):  # 6
    """The embedded manifest and the embedded files, once the seal holds."""
    try:
        whole = Pdf(pdf)
        signatures = [
            whole.get(field)["V"]
            for field in whole.get(whole.root["AcroForm"])["Fields"]
            if whole.get(whole.get(field).get("FT")) == "Sig" and "V" in whole.get(field)
        ]
        signatures = sorted(map(whole.get, signatures), key=lambda one: one["ByteRange"][2])
        stamps = [one for one in signatures if one["SubFilter"] == "ETSI.RFC3161"]
        (seal,) = [one for one in signatures if one not in stamps]
        end = sum(seal["ByteRange"][2:])
        part = Pdf(pdf[:end])
        need(seal is signatures[0] and sum(signatures[-1]["ByteRange"][2:]) == len(pdf))
        need(all(pdf[: sum(one["ByteRange"][2:])].endswith(b"%%EOF\n") for one in signatures))
        check_increments(whole, part, end)
        moment = now
        for one in reversed(stamps):
            moment = check_stamp(*cms_of(pdf, one), roots, moment)
        cms, covered = cms_of(pdf, seal)
        info = check_cms(cms, DATA, covered)
        for one in info[6:]:
            ((kind, token),) = attributes(one).items()
            need(kind == "1.2.840.113549.1.9.16.2.14")
            moment = check_stamp(token, info[5].body, roots, moment)
        check_chain(cms, info, roots, moment)
        tree = part.get(part.get(part.root["Names"])["EmbeddedFiles"])
        names = part.get(tree["Names"])
        files = {
            names[n].decode(): part.get(part.get(names[n + 1])["EF"]["F"])["data"]
            for n in range(0, len(names), 2)
        }
        need(sorted(files) == EMBEDDED and len(names) == 6)
        return files["manifest.json"], files
    except UNREADABLE as error:
        raise Refused("signed.pdf", repr(error)) from None


class Pdf:
    """A file with classic cross-reference tables."""

    TOKEN = re.compile(
        rb"\s*(<<|>>|\[|\]|\(|/[^\s()<>\[\]{}/%]*|\d+ 0 R\b|[+-]?[\d.]+|"
        rb"<[\dA-Fa-f\s]*>|true|false|null)"
    )

    def __init__(self, data):
        self.data, self.tables, self.places = data, [], {}
        at = int(re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", data[-64:]).group(1))
        while at is not None:
            rows, start = {}, re.compile(rb"xref\s+").match(data, at).end()
            while head := re.compile(rb"(\d+) (\d+)\s*\n").match(data, start):
                start, first = head.end() + 20 * int(head.group(2)), int(head.group(1))
                for n in range(int(head.group(2))):
                    row = data[head.end() + 20 * n : head.end() + 20 * n + 18]
                    if first + n == 0:
                        need(row == b"0000000000 65535 f")
                        continue
                    need(re.fullmatch(rb"\d{10} 00000 n", row) and first + n not in rows)
                    rows[first + n] = int(row[:10])
            trailer, _ = self.value(re.compile(rb"\s*trailer").match(data, start).end())
            need(set(trailer) <= {"Root", "ID", "Size", "Prev"})
            self.root_at = getattr(self, "root_at", trailer["Root"])
            need(trailer["Root"] == self.root_at)
            need(trailer.get("Prev", -1) < at and max(rows, default=0) < trailer["Size"])
            self.tables.insert(0, (at, rows, trailer["Size"]))
            self.places = {**rows, **self.places}
            at = trailer.get("Prev")
        self.root = self.get(self.root_at)

    def get(self, value):
        """What a reference refers to; a stream is its dictionary with its bytes as ``data``."""
        while isinstance(value, tuple):
            start = f"{value[0]} 0 obj".encode()
            at = self.places[value[0]]
            need(self.data.startswith(start, at))
            value, end = self.value(at + len(start))
            stream = re.compile(rb"\s*stream\r?\n").match(self.data, end)
            if stream and isinstance(value, dict):
                size = self.get(value["Length"])
                value["data"] = self.data[stream.end() : stream.end() + size]
        return value

    def value(self, at):
        """The value that stands there, and where it ends."""
        token = self.TOKEN.match(self.data, at)
        word, at = token.group(1), token.end()
        if word in (b"<<", b"["):
            items = []
            while not (end := re.compile(rb"\s*(>>|\])").match(self.data, at)):
                item, at = self.value(at)
                items.append(item)
            if word == b"[":
                return items, end.end()
            need(len(set(items[::2])) * 2 == len(items))
            return dict(zip(items[::2], items[1::2], strict=True)), end.end()
        if word == b"(":
            text = re.compile(rb"((?:[^()\\]|\\[0-7]{3}|\\.)*)\)", re.S).match(self.data, at)
            octal = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), text[1])
            return re.sub(rb"\\(.)", rb"\1", octal), text.end()
        if word[:1] == b"/":
            return re.sub("#(..)", lambda m: chr(int(m[1], 16)), word[1:].decode()), at
        if word[:1] == b"<":
            return bytes.fromhex(word[1:-1].decode()), at
        if word.endswith(b"R"):
            return (int(word.split()[0]),), at
        if word.isalpha():
            return {b"true": True, b"false": False, b"null": None}[word], at
        return float(word) if b"." in word else int(word), at


def check_increments(whole, part, end):  # 6.1, step 5
    count = len(part.tables)
    need(whole.tables[:count] == part.tables and all(at >= end for at, *_ in whole.tables[count:]))
    size, form, packet = part.tables[-1][2], part.root["AcroForm"], part.root["Metadata"]
    need(differing(part.root, whole.root) <= {"DSS"} and "DSS" not in part.root)
    pages = list(pages_of(part, part.root["Pages"], set()))
    may = {part.root_at, form, packet, *pages}
    fields = grown(whole, part, form, "Fields", may, "SigFlags")
    for field in fields:
        check_field(whole, field, size, pages)
    for page in pages:
        need(set(grown(whole, part, page, "Annots", may)) <= set(fields))
    old, new = part.get(packet), whole.get(packet)
    need(differing(old, new) <= {"Length", "data"} and told(old["data"]) == told(new["data"]))
    if "DSS" in whole.root:
        check_store(whole, whole.root["DSS"], size, may)
    for (before, _, known), (at, rows, _) in zip(whole.tables, whole.tables[1:], strict=False):
        for number, place in rows.items() if at >= end else ():
            need(before < place < at and (number >= known or (number,) in may))


def differing(old, new):
    return {key for key in {*old, *new} if old.get(key) != new.get(key)}


def pages_of(pdf, at, seen):
    need(at not in seen)
    seen.add(at)
    node = pdf.get(at)
    if node["Type"] == "Page":
        yield at
    for kid in node.get("Kids", []):
        yield from pages_of(pdf, kid, seen)


def grown(whole, part, at, key, may, other=""):
    """What its list has more at its end; nothing else differs."""
    old, new = part.get(at), whole.get(at)
    need(differing(old, new) <= {key, other})
    before, after = old.get(key, []), new.get(key, [])
    if isinstance(before, tuple):
        need(before == after)
        may.add(before)
    before, after = part.get(before), after if isinstance(after, list) else whole.get(before)
    need(after[: len(before)] == before)
    return after[len(before) :]


def check_field(whole, at, size, pages):
    field = whole.get(at)
    stamp = whole.get(field["V"])
    need(at[0] >= size and field["V"][0] >= size)
    need(set(field) <= {"Type", "Subtype", "FT", "T", "TU", "F", "Rect", "P", "V"})
    need((field["FT"], field["Subtype"], field["Rect"]) == ("Sig", "Widget", [0, 0, 0, 0]))
    need(field.get("P", pages[0]) in pages and isinstance(field.get("F", 0), int))
    need(isinstance(field["T"], bytes) and isinstance(field.get("TU", b""), bytes))
    need(set(stamp) <= {"Type", "Filter", "SubFilter", "Contents", "ByteRange"})
    need(stamp["SubFilter"] == "ETSI.RFC3161")


def check_store(whole, at, size, may):
    """Of all that it consists of, streams alone may not be replaced by a later increment."""

    def opened(value, kind):
        if isinstance(value, tuple):
            need(value[0] >= size)
            may.add(value)
        found = whole.get(value)
        need(isinstance(found, kind) and "data" not in found)
        return found

    def check_streams(value):
        for one in opened(value, list):
            need(one[0] >= size and "data" in whole.get(one))

    store = opened(at, dict)
    need(isinstance(at, tuple) and set(store) <= {"Type", "VRI", "Certs", "CRLs", "OCSPs"})
    for name in ("Certs", "CRLs", "OCSPs"):
        check_streams(store.get(name, []))
    for name, one in opened(store.get("VRI", {}), dict).items():
        entry = opened(one, dict)
        need(re.fullmatch("[0-9A-F]{40}", name))
        need(set(entry) <= {"Type", "Cert", "CRL", "OCSP"})
        for key in ("Cert", "CRL", "OCSP"):
            check_streams(entry.get(key, []))


def told(packet):
    """What an XMP packet says, but for when and by what it was last written."""
    need(b"<!" not in packet)

    def read_node(node):
        about = sorted(item for item in node.attrib.items() if item[0] not in WRITTEN)
        inner = [read_node(one) for one in node if one.tag not in WRITTEN]
        return node.tag, about, (node.text or "").strip(), (node.tail or "").strip(), inner

    return read_node(ElementTree.fromstring(packet))


def cms_of(pdf, signature):  # 6.1, step 2
    """The CMS, and the bytes that it is about."""
    zero, a, b, c = signature["ByteRange"]
    cms = Der(signature["Contents"])
    digits = cms.raw.hex()
    gap = pdf[a + 1 : b - 1].decode()
    need(zero == 0 and a < b and pdf[a : a + 1] == b"<" and pdf[b - 1 : b] == b">")
    need(
        gap.rstrip("0") in (digits.rstrip("0"), digits.upper().rstrip("0"))
        and len(gap) >= len(digits)
    )
    return cms, pdf[:a] + pdf[b : b + c]


class Der(list):
    """An element; its elements, where it holds some."""

    def __init__(self, data):
        self.tag, size, head = data[0], data[1], 2
        need(self.tag & 31 != 31 and (self.tag & 31 or self.tag > 127))
        if size > 127:
            head += size - 128
            size = int.from_bytes(data[2:head], "big")
            need(size > 127 and data[2] and head < 7)
        self.raw, self.body = data[: head + size], data[head : head + size]
        need(len(self.body) == size)
        rest = self.body if self.tag & 32 else b""
        while rest:
            self.append(Der(rest))
            rest = rest[len(self[-1].raw) :]

    def has(self, *tags):
        need([one.tag for one in self] == list(tags))

    @property
    def oid(self):
        need(self.tag == 6)
        numbers, value = [], 0
        for byte in self.body:
            value = value << 7 | byte & 127
            if byte < 128:
                numbers, value = [*numbers, value], 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def attributes(whole):
    """Of each its one value."""
    found = {one[0].oid: one[1][0] for one in whole if len(one[1]) == 1}
    need(len(found) == len(whole))
    return found


def certificates(cms):
    """All of them; each part of each can be read."""
    found = [x509.load_der_x509_certificate(one.raw) for one in cms[1][0][3]]
    names = [one[0][n + (one[0][0].tag == 0xA0)] for one in cms[1][0][3] for n in (2, 4)]
    need({value[1].tag for name in names for part in name for value in part} <= TEXTS)
    for one in found:  # the library reads some only when they are asked for
        _ = one.issuer, one.subject, one.public_key(), list(one.extensions)
        _ = one.not_valid_before_utc, one.not_valid_after_utc
    return found


def check_form(cms, kind):  # 6.1, step 3: what nothing signs
    need(cms.tag == 0x30)
    cms.has(0x06, 0xA0)
    cms[1].has(0x30)
    signed = cms[1][0]
    signed.has(0x02, 0x31, 0x30, 0xA0, 0x31)
    version, digests, content, held, signers = signed
    signers.has(0x30)
    info = signers[0]
    info.has(0x02, 0x30, 0x30, 0xA0, 0x30, 0x04, *[0xA1] * (kind == DATA and len(info) == 7))
    need(cms[0].oid == "1.2.840.113549.1.7.2" and content[0].oid == kind)
    content.has(*[0x06] if kind == DATA else [0x06, 0xA0])
    if kind == TST:
        content[1].has(0x04)
    need((version.raw, info[0].raw) == (b"\2\1\1" if kind == DATA else b"\2\1\3", b"\2\1\1"))
    need(digests.body == info[2].raw and {one.tag for one in held} == {0x30})
    digest, how = algorithm(info[2]), info[4][0].oid
    need(digest in HASHES)
    if how == PSS:
        info[4].has(0x06, 0x30)
        info[4][1].has(0xA0, 0xA1, 0xA2)
        (over,), (mask,), _ = info[4][1]
        mask.has(0x06, 0x30)
        need(mask[0].oid == MGF1 and algorithm(over) == algorithm(mask[1]) == digest)
    else:
        need(SIGNATURES[algorithm(info[4])] in (digest, None))
    return info


def algorithm(one):
    need(one.body[len(one[0].raw) :] in (b"", b"\5\0"))
    return one[0].oid


def check_cms(cms, kind, content):  # 6.1, step 3
    """The SignerInfo, whose signature is right."""
    info = check_form(cms, kind)
    signed = attributes(info[3])
    digest = HASHES[info[2][0].oid]
    need(signed["1.2.840.113549.1.9.3"].oid == kind)
    need(signed["1.2.840.113549.1.9.4"].body == hashed(digest, content))
    certificate = signer_of(cms, info)
    need(kind == TST or CERTIFICATE_V2 in signed)
    if CERTIFICATE_V2 in signed:
        named = signed[CERTIFICATE_V2][0][0]
        own = HASHES[named[0][0].oid] if named[0].tag == 0x30 else hashes.SHA256()
        (wanted,) = [one.body for one in named if one.tag == 4]
        need(hashed(own, certificate.public_bytes(Encoding.DER)) == wanted)
    key, message, how = certificate.public_key(), b"\x31" + info[3].raw[1:], info[4][0].oid
    if isinstance(key, rsa.RSAPublicKey):
        need(how.startswith("1.2.840.113549.1.1."))
        way = padding.PKCS1v15()
        if how == PSS:
            salt = int.from_bytes(info[4][1][2][0].body, "big")
            way = padding.PSS(padding.MGF1(digest), salt)
        key.verify(info[5].body, message, way, digest)
    else:
        need(how.startswith("1.2.840.10045."))
        key.verify(info[5].body, message, ec.ECDSA(digest))
    return info


def hashed(digest, content):
    return hashlib.new(digest.name, content).digest()


def signer_of(cms, info):
    """The certificate of this issuer and number, byte for byte; there is no other."""
    found = set()
    for one, loaded in zip(cms[1][0][3], certificates(cms), strict=True):
        n = one[0][0].tag == 0xA0  # a version comes first
        if info[1].body == one[0][n + 2].raw + one[0][n].raw:
            found.add(loaded)
    (own,) = found
    return own


def check_chain(cms, info, roots, moment):  # 6.1, step 4
    known = [*roots, *certificates(cms)]
    need(leads(signer_of(cms, info), known, roots, moment, 8))


def leads(own, known, roots, moment, most):
    """Whether some way goes up from it to a root."""
    if not own.not_valid_before_utc <= moment <= own.not_valid_after_utc or most == 0:
        return False
    return own in roots or any(
        leads(one, known, roots, moment, most - 1)
        for one in known
        if one != own and issued(own, one)
    )


def issued(certificate, issuer):
    try:
        certificate.verify_directly_issued_by(issuer)
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        return (
            issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
            and usage.key_cert_sign
        )
    except UNREADABLE:
        return False


def check_stamp(cms, content, roots, moment):
    """The time of a time stamp that is about this content."""
    check_form(cms, TST)
    told = cms[1][0][2][1][0]
    info = check_cms(cms, TST, told.body)
    tst = Der(told.body)
    need(tst[2][1].body == hashed(HASHES[tst[2][0][0].oid], content))
    purposes = signer_of(cms, info).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    need(list(purposes) == [x509.ExtendedKeyUsageOID.TIME_STAMPING])
    check_chain(cms, info, roots, moment)
    when = tst[4].body.decode().removesuffix("Z").partition(".")[0]
    return datetime.strptime(when, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


if __name__ == "__main__":
    file, root = map(Path, sys.argv[1:3])
    held, first, gone = judge(file.read_bytes(), x509.load_pem_x509_certificates(root.read_bytes()))
    print("holds" if held else f"differs: {first or 'no proof'}", *gone)
    sys.exit(not held)
