"""Blocks of the installation: where blobs are kept, what documents may be."""

from __future__ import annotations

from pathlib import Path

from hub.settings import blobs_place
from hub.storage.buckets import S3Place
from tests.settings.test_settings import HUB, hub, problems

S3 = "{bucket: b, endpoint: 'http://127.0.0.1:9', access_key: a, secret_key: s, prefix: hub}"


def test_blobs_lie_below_the_data_folder_unless_a_place_is_named(tmp_path):
    data = f"{HUB}data_folder: {tmp_path}/data\n"
    assert blobs_place(hub(tmp_path, data)) == tmp_path / "data" / "blobs"
    assert blobs_place(hub(tmp_path, data + "blobs: {folder: papers}")) == Path("papers")
    assert blobs_place(hub(tmp_path, f"{data}blobs: {{s3: {S3}}}")) == S3Place(
        "b", "http://127.0.0.1:9", "us-east-1", "a", "s", "hub"
    )


def test_a_block_says_which_keys_it_has(tmp_path):
    told = problems(
        tmp_path, hub, f"{HUB}blobs: {{foldr: x}}\ndocuments: {{page: 3, megabytes: 0}}"
    )
    assert "paraph.yaml:2:9: blobs.foldr: unknown key 'foldr'; did you mean 'folder'?" in told
    assert "unknown key 'page'; did you mean 'pages'?" in told
    assert "documents.megabytes: must be greater" in told
    both = problems(tmp_path, hub, f"{HUB}blobs: {{folder: x, s3: {S3}}}")
    assert "name either folder or s3" in both
