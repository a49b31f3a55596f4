"""What no row names goes from the object store, later; what a row names stays, and is told when it
is missing."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy import delete

from hub.app import create_app
from hub.services import blob_care, health, preparing
from hub.services.blob_care import BlobCare
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage import queries_blobs
from hub.storage.blobs import Blobs
from hub.storage.models import Base, Blob
from tests.services.paper_case import RECORD
from tests.storage.s3 import bucket, s3_server

OTHER = "01890000-0000-7000-8000-000000000000"
# What else has a hash: secrets, texts and chains, no bytes in the object store.
NO_BLOBS = {
    "access_token.sha256", "api_key.sha256", "mapping_version.sha256",
    "portal_entry.link_sha256", "portal_session.token_sha256",
    "preference.token_sha256", "public_link.token_sha256", "public_try.link_sha256",
}  # fmt: skip


@pytest.fixture
def care(offer):
    return BlobCare(offer.core)


def files(case):
    """What lies in the folder of blobs."""
    return {path.name: path for path in (case.config.parent / "data" / "blobs").rglob("?" * 64)}


def age(case, days=8):
    """Everything there was stored so long ago."""
    then = time.time() - timedelta(days=days).total_seconds()
    for path in files(case).values():
        os.utime(path, (then, then))


def killed_before_its_commit(case):
    """A process stored everything of a request, and was killed before the rows were committed."""
    case.upstream.put("offer", "2", {**RECORD, "intro": "Something else."})
    accept(case.core, Trigger(case.workspace, "offer", "2", "button"))
    real = preparing.PaperHandler.perform
    stored = []

    def killed(self, work):
        stored.append(real(self, work))
        raise MemoryError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(preparing.PaperHandler, "perform", killed)
        case.work()
    assert stored
    assert {one.state for one in case.deliveries("prepare")} == {"delivered", "retry"}


def test_what_a_killed_process_left_goes_a_week_later_and_is_made_again_when_it_is_needed(
    offer, care
):
    before = set(files(offer))
    killed_before_its_commit(offer)
    left = set(files(offer)) - before
    assert len(left) == 2, "the document and its page; the photo is the same one"
    age(offer, days=6)
    assert care.look() == {"deleted": 0, "missing": 0, "found": 0}
    age(offer)
    assert care.look() == {"deleted": 2, "missing": 0, "found": 0}
    assert set(files(offer)) == before
    offer.later(hours=1)
    assert offer.request().state == "sent"
    offer.look("alice")
    age(offer)
    assert care.look()["deleted"] == 0


def test_nothing_that_any_row_names_is_deleted_however_old(offer, care):
    offer.sign("alice")
    offer.sign("bob")
    offer.work()
    age(offer, days=4000)
    before = set(files(offer))
    assert care.look() == {"deleted": 0, "missing": 0, "found": 0}
    named = {one for model, column in queries_blobs.NAMING for one in names(offer, model, column)}
    assert named == before == {one.sha256 for one in offer.rows(Blob)}
    # also where the row of the blob itself is not there
    page = offer.rows(Blob)[0]
    with offer.core.db.write() as session:
        session.execute(delete(Blob).where(Blob.id != page.id))
    assert care.look() == {"deleted": 0, "missing": 0, "found": 0}
    assert set(files(offer)) == before
    assert offer.verdict(offer.blob(offer.proofs()[0].bundle_sha256)).ok


def names(case, model, column):
    return [getattr(one, column.key) for one in case.rows(model) if getattr(one, column.key)]


def test_every_column_with_a_hash_is_known_to_name_blobs_or_not_to():
    hashes = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if "sha256" in column.name
    }
    naming = {f"{model.__tablename__}.{column.key}" for model, column in queries_blobs.NAMING}
    assert hashes == naming | NO_BLOBS
    assert not naming & NO_BLOBS


def test_what_is_stored_again_while_it_is_judged_stays(offer, care, monkeypatch):
    blobs = offer.core.workshop.blobs
    sha256 = blobs.put(offer.workspace, b"the same page")
    age(offer)
    real = queries_blobs.named

    def named(*given):
        blobs.put(offer.workspace, b"the same page")  # its row is committed in a moment
        return real(*given)

    monkeypatch.setattr(blob_care.queries, "named", named)
    assert care.look()["deleted"] == 0
    assert blobs.get(offer.workspace, sha256) == b"the same page"


def test_what_others_have_in_the_same_place_is_left_alone(offer, care):
    blobs = offer.core.workshop.blobs
    theirs = blobs.put(OTHER, b"another installation's")
    mine = blobs.put(offer.workspace, b"mine")
    blobs.probe()
    age(offer)
    assert care.look()["deleted"] == 1
    assert (blobs.exists(OTHER, theirs), blobs.exists(offer.workspace, mine)) == (True, False)
    assert "bytes" in blobs.probe()


def test_what_is_named_and_missing_is_told_until_it_is_there_again(offer, care):
    (photo,) = [one for one in offer.rows(Blob) if one.media_type == "image/png"]
    content = offer.blob(photo.sha256)
    files(offer)[photo.sha256].unlink()
    assert care.look() == {"deleted": 0, "missing": 1, "found": 0}
    assert care.look() == {"deleted": 0, "missing": 0, "found": 0}, "told once"
    (told,) = health.sync(offer.core)
    assert (told.status, told.missing_blobs) == ("broken", 1)
    metrics = create_app(offer.house).test_client().get("/metrics").text
    assert 'paraph_missing_blobs{workspace="alice"} 1.0' in metrics
    offer.core.workshop.blobs.put(offer.workspace, content)  # brought back from the backup
    assert care.look() == {"deleted": 0, "missing": 0, "found": 1}
    (told,) = health.sync(offer.core)
    assert (told.status, told.missing_blobs) == ("unknown", 0), "not probed yet, and nothing worse"


def test_a_day_of_runs_looks_into_each_folder_once(offer, care, monkeypatch):
    looked = []
    monkeypatch.setattr(care, "_look", lambda workspace, folder: looked.append(folder) or {})
    for _ in range(blob_care.PARTS):
        care.run()
        offer.clock.advance(blob_care.EVERY)
    assert sorted(looked) == [f"{number:02x}" for number in range(256)]
    looked.clear()
    care.stop()
    care.run()
    assert looked == []


def test_a_workspace_without_files_opens_no_store(papers):
    case = papers()
    assert BlobCare(case.core).look() == {"deleted": 0, "missing": 0, "found": 0}
    assert "_blobs" not in vars(case.core.workshop)


def test_a_bucket_is_looked_after_as_a_folder_is(offer, care, monkeypatch):
    with s3_server() as address:
        blobs = Blobs(bucket(address, "care"), offer.core.vault)
        vars(offer.core.workshop)["_blobs"] = blobs
        missing = len(offer.rows(Blob))
        sha256 = blobs.put(offer.workspace, b"left over")
        assert care.look() == {"deleted": 0, "missing": missing, "found": 0}
        late = blobs.now() + timedelta(days=8)
        monkeypatch.setattr(blobs, "now", Mock(return_value=late))
        assert care.look() == {"deleted": 1, "missing": 0, "found": 0}
        assert not blobs.exists(offer.workspace, sha256)
