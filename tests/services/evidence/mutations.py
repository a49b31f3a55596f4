"""Ways to spoil a proof. Each takes a bundle's members and a seeded generator, and gives bytes."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from typing import Any

from hub.kernel.crypto import canonical_json
from hub.services.evidence import members as shapes
from hub.services.evidence.archive import Member, packed
from tests.services.evidence import spoilt_cms
from tests.services.evidence.authority import authority
from tests.services.evidence.insiders import INSIDE, edited_inside, inside
from tests.services.evidence.proofs import Proof, edited, fitting, flipped, made
from tests.services.evidence.spoilt_pdfs import (
    in_the_padding,
    later,
    other_digits,
    resealed,
)
from tests.services.sealing.forgeries import FORGED, ODD

Mutation = Callable[[Proof, random.Random], bytes]
SEALED_JSON = ("shown.json", "events.json", "receipts.json", "people/1/person.json")
BAD_NAMES = ("../evil", "/etc/passwd", "a//b", "People/1", "a/./b", "a\\b", "x" * 121, "é", "a\0b",
             "signed.pdf", "manifest.json", "con:1", "")  # fmt: skip


def untouched(proof: Proof, rng: random.Random) -> bytes:
    return proof.content


def a_flipped_byte(proof: Proof, rng: random.Random) -> bytes:
    return flipped(proof.content, rng)


def a_flipped_byte_in_a_header(proof: Proof, rng: random.Random) -> bytes:
    at = rng.choice([n for n in range(len(proof.content)) if proof.content.startswith(b"PK", n)])
    return flipped(proof.content, rng, at, at + 46)


def a_flipped_byte_in_a_member(proof: Proof, rng: random.Random) -> bytes:
    one = rng.choice(proof.members)
    fixed = rng.random() < 0.5
    return packed(proof.with_content(one.name, flipped(one.content, rng), fixed=fixed))


def a_shorter_or_longer_member(proof: Proof, rng: random.Random) -> bytes:
    one = rng.choice(proof.members)
    content = one.content[: rng.randrange(len(one.content))] if rng.random() < 0.5 else (
        one.content + rng.randbytes(rng.randint(1, 40))
    )  # fmt: skip
    return packed(proof.with_content(one.name, content, fixed=rng.random() < 0.5))


def an_edited_value(proof: Proof, rng: random.Random) -> bytes:
    name = rng.choice(SEALED_JSON)
    value = edited(json.loads(proof.named(name)), rng)
    return packed(proof.with_content(name, canonical_json(value), fixed=rng.random() < 0.8))


def an_edited_manifest(proof: Proof, rng: random.Random) -> bytes:
    value = edited(json.loads(proof.named(shapes.MANIFEST)), rng)
    return packed(proof.with_content(shapes.MANIFEST, canonical_json(value)))


def json_in_another_form(proof: Proof, rng: random.Random) -> bytes:
    name = rng.choice((shapes.MANIFEST, shapes.OPENINGS))
    content = proof.named(name)
    forms = [
        content + b"\n", b"\xef\xbb\xbf" + content, content.replace(b":", b": ", 1),
        json.dumps(json.loads(content)).encode(),
        content[:-1] + b',"a":1}', content[:-1], b"[" * 3000, b"{}", b"null", b"", b"\xff\xfe",
        content.replace(b'"', b'"\\u0061', 1), content.replace(b"2", b"2e0", 1),
        content.replace(b'"e', b'"\\ud800e', 1), b'{"openings":{"3":{"a":1e400}}}',
        b'{"openings":' + b'{"a":' * 50 + b"1" + b"}" * 50 + b"}", b'{"openings":{"3":[]}}',
        b'{"openings":{"3":{"mobile":{"salt":"","value":1e-7}}}}',
        b'{"openings":' + b"9" * 5000 + b"}",
        b'{"openings":{"99":{"a":{"salt":"a","value":1}}}}', b'{"openings":{"3":{}}}',
    ]  # fmt: skip
    return packed(proof.with_content(name, rng.choice(forms)))


def a_member_less(proof: Proof, rng: random.Random) -> bytes:
    gone = rng.choice(proof.members)
    left = [one for one in proof.members if one is not gone]
    return packed(fitting(left) if gone.name != shapes.MANIFEST and rng.random() < 0.5 else left)


def a_member_more(proof: Proof, rng: random.Random) -> bytes:
    more = list(proof.members)
    name = rng.choice(("people/1/note.txt", "zz.txt", "documents/3.pdf"))
    more.insert(rng.randint(0, len(more)), Member(name, rng.randbytes(20)))
    return packed(fitting(more) if rng.random() < 0.5 else more)


def a_member_twice(proof: Proof, rng: random.Random) -> bytes:
    more = list(proof.members)
    more.insert(rng.randint(0, len(more)), rng.choice(proof.members))
    return packed(fitting(more) if rng.random() < 0.5 else more)


def another_name(proof: Proof, rng: random.Random) -> bytes:
    at = rng.randrange(len(proof.members))
    name = rng.choice((*BAD_NAMES, "documents/9.pdf", proof.members[0].name))
    renamed = list(proof.members)
    name = name.encode("ascii", "replace").decode()
    renamed[at] = Member(name, renamed[at].content)
    fits = rng.random() < 0.7 and renamed[0].name == shapes.MANIFEST
    return packed(fitting(renamed) if fits else renamed)


def a_listed_name_that_leads_elsewhere(proof: Proof, rng: random.Random) -> bytes:
    manifest = json.loads(proof.named(shapes.MANIFEST))
    rng.choice(manifest["members"])["name"] = rng.choice(BAD_NAMES)
    return packed(proof.with_content(shapes.MANIFEST, canonical_json(manifest)))


def another_order(proof: Proof, rng: random.Random) -> bytes:
    order = list(proof.members)
    first, second = rng.sample(range(len(order)), 2)
    order[first], order[second] = order[second], order[first]
    return packed(fitting(order) if rng.random() < 0.5 else order)


def swapped_pages(proof: Proof, rng: random.Random) -> bytes:
    one, two = "documents/1/page-1.webp", "documents/1/page-2.webp"
    contents = {one: proof.named(two), two: proof.named(one)}
    swapped = [Member(m.name, contents.get(m.name, m.content)) for m in proof.members]
    return packed(fitting(swapped) if rng.random() < 0.5 else swapped)


def an_end_too_early(proof: Proof, rng: random.Random) -> bytes:
    return proof.content[: rng.randrange(len(proof.content))]


def something_after_the_end(proof: Proof, rng: random.Random) -> bytes:
    return proof.content + rng.choice((b"\0", b"PK\x05\x06", proof.content, rng.randbytes(99)))


def something_before_the_start(proof: Proof, rng: random.Random) -> bytes:
    return rng.choice((b"\0", b"MZ", b"PK\x03\x04", b"%PDF-1.7\n")) + proof.content


def something_in_between(proof: Proof, rng: random.Random) -> bytes:
    at = rng.randrange(len(proof.content))
    return proof.content[:at] + rng.randbytes(rng.randint(1, 9)) + proof.content[at:]


def written_by_a_library(proof: Proof, rng: random.Random) -> bytes:
    stream = io.BytesIO()
    how = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(stream, "w", how) as archive:
        for one in proof.members:
            archive.writestr(zipfile.ZipInfo(one.name, (1980, 1, 1, 0, 0, 0)), one.content, how)
        archive.comment = rng.choice((b"", b"hello"))
    return stream.getvalue()


def a_bomb(proof: Proof, rng: random.Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        name = rng.choice((shapes.MANIFEST, "a.txt"))
        archive.writestr(name, b" " * rng.choice((10, 20)) * 100_000)
    return stream.getvalue()


def a_size_that_is_a_lie(proof: Proof, rng: random.Random) -> bytes:
    if rng.random() < 0.5:
        sizes = (1 << 31, 0xFFFFFFFF, 0, 17 << 20)
        at = proof.content.index(rng.choice((b"openings.json", b"signed.pdf", b"shown.json"))) - 12
        return (
            proof.content[:at] + struct.pack("<I", rng.choice(sizes)) * 2 + proof.content[at + 8 :]
        )
    manifest = json.loads(proof.named(shapes.MANIFEST))
    size: Any = rng.choice((1 << 40, -1, True, 1.5, "9", None, 0))
    rng.choice(manifest["members"])["size"] = size
    return packed(proof.with_content(shapes.MANIFEST, canonical_json(manifest)))


def changed_openings(proof: Proof, rng: random.Random) -> bytes:
    openings = json.loads(proof.named(shapes.OPENINGS))["openings"]
    seq = rng.choice(sorted(openings))
    name = rng.choice(sorted(openings[seq]))
    way = rng.choice(("erase", "erase", "value", "salt", "name", "seq", "all", "empty"))
    if way == "erase":
        del openings[seq][name]
        openings = {key: value for key, value in openings.items() if value}
    elif way == "all":
        openings = {}
    elif way == "empty":
        openings[rng.choice(("1", "01", "99", "Bob never signed this", seq))] = {}
    elif way == "name":
        openings[seq]["other"] = openings[seq].pop(name)
    elif way == "seq":
        openings["1"] = openings.pop(seq)
    else:
        openings[seq][name][way] += "x"
    return packed(proof.with_content(shapes.OPENINGS, canonical_json({"openings": openings})))


def a_pdf_with_a_later_increment(proof: Proof, rng: random.Random) -> bytes:
    return packed(
        proof.with_content(shapes.SIGNED, later(proof.named(shapes.SIGNED), rng.randrange(4)))
    )


def a_bad_increment_under_a_good_stamp(proof: Proof, rng: random.Random) -> bytes:
    forged = rng.choice([*FORGED.values(), *ODD.values()])
    return _with_pdf(proof, authority().stamp(forged(proof.named(shapes.SIGNED))), rng)


def a_later_stamp(proof: Proof, rng: random.Random) -> bytes:
    return _with_pdf(proof, authority().stamp(proof.named(shapes.SIGNED)), rng)


def a_bit_of_the_cms(proof: Proof, rng: random.Random) -> bytes:
    return _with_pdf(proof, spoilt_cms.a_bit(proof.named(shapes.SIGNED), rng), rng)


def other_algorithms_or_versions(proof: Proof, rng: random.Random) -> bytes:
    pdf = proof.named(shapes.SIGNED)
    if rng.random() < 0.1:
        pdf = spoilt_cms.other_parameters(pdf, rng)
    else:
        pdf = spoilt_cms.another(pdf, rng, spoilt_cms.FORMS)
    return _with_pdf(proof, pdf, rng)


def a_cms_in_another_encoding(proof: Proof, rng: random.Random) -> bytes:
    return _with_pdf(proof, spoilt_cms.framed(proof.named(shapes.SIGNED), rng), rng)


def a_certificate_more_or_less(proof: Proof, rng: random.Random) -> bytes:
    pdf = spoilt_cms.another(proof.named(shapes.SIGNED), rng, spoilt_cms.CERTIFICATES)
    return _with_pdf(proof, pdf, rng)


def _with_pdf(proof: Proof, pdf: bytes, rng: random.Random) -> bytes:
    """In its bundle, or alone."""
    return pdf if rng.random() < 0.3 else packed(proof.with_content(shapes.SIGNED, pdf))


def a_pdf_with_more_or_less(proof: Proof, rng: random.Random) -> bytes:
    pdf = proof.named(shapes.SIGNED)
    spoilt = rng.choice(
        (
            pdf + b"\n", pdf + b"%%EOF\n", pdf[:-1], pdf[: rng.randrange(len(pdf))], b"\n" + pdf,
            pdf.replace(b"/Count", b"/Cnuot"), pdf + pdf, b"%PDF-1.7\n", b"",
            flipped(pdf, rng, 0, pdf.index(b"/Contents <")), other_digits(pdf, rng),
            in_the_padding(pdf),
        )
    )  # fmt: skip
    return packed(proof.with_content(shapes.SIGNED, spoilt))


def another_proofs_part(proof: Proof, rng: random.Random) -> bytes:
    other = made(number=2)
    name = rng.choice(
        (shapes.SIGNED, shapes.MANIFEST, shapes.SHOWN, shapes.EVENTS, shapes.OPENINGS)
    )
    return packed(proof.with_content(name, other.named(name), fixed=rng.random() < 0.5))


def another_seal(proof: Proof, rng: random.Random) -> bytes:
    return packed(proof.with_content(shapes.SIGNED, resealed(rng.randrange(4))))


def an_insiders_work(proof: Proof, rng: random.Random) -> bytes:
    return inside(rng.randrange(len(INSIDE)))


def an_insiders_edited_person(proof: Proof, rng: random.Random) -> bytes:
    return edited_inside(rng.randrange(1000))


def the_pdf_alone(proof: Proof, rng: random.Random) -> bytes:
    pdf = proof.named(shapes.SIGNED)
    return rng.choice((pdf, flipped(pdf, rng), pdf + b"%", pdf[:-7], later(pdf, rng.randrange(4)),
                       other_digits(pdf, rng)))  # fmt: skip


ALL: tuple[Mutation, ...] = (
    untouched, a_flipped_byte, a_flipped_byte_in_a_header, a_flipped_byte_in_a_member,
    a_shorter_or_longer_member, an_edited_value, an_edited_manifest, json_in_another_form,
    a_member_less, a_member_more, a_member_twice, another_name, a_listed_name_that_leads_elsewhere,
    another_order, swapped_pages, an_end_too_early, something_after_the_end,
    something_before_the_start, something_in_between, written_by_a_library, a_bomb,
    a_size_that_is_a_lie, changed_openings, a_pdf_with_a_later_increment, a_pdf_with_more_or_less,
    another_proofs_part, another_seal, an_insiders_work, an_insiders_edited_person,
    the_pdf_alone,
    a_bad_increment_under_a_good_stamp, a_later_stamp, a_bit_of_the_cms, a_bit_of_the_cms,
    a_bit_of_the_cms, other_algorithms_or_versions, a_cms_in_another_encoding,
    a_certificate_more_or_less,
)  # fmt: skip
