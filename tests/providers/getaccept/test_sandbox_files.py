"""Files of the simulated account: three ways in, limits, the library, addresses that end."""

from __future__ import annotations

import base64
import io

import pytest
import requests
from PIL import Image

from providers.getaccept.sandbox import papers
from tests.providers.getaccept.sandbox_site import PAPER, PAPER_TEXT


def upload(site, **body) -> requests.Response:
    return site.api("POST", "/upload", body)


def test_a_file_comes_as_content_as_an_address_or_as_a_form(site, httpserver):
    httpserver.expect_request("/offer.pdf").respond_with_data(PAPER)
    answers = (
        upload(site, file_name="offer.pdf", file_content=PAPER_TEXT),
        upload(site, file_name="offer.pdf", file_url=httpserver.url_for("/offer.pdf")),
        site.api("POST", "/upload", files={"file": ("offer.pdf", PAPER)}),
    )
    assert len({answer.json()["file_id"] for answer in answers}) == 3


def test_pictures_and_office_files_become_pdfs(site):
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(held, "PNG")
    picture = upload(
        site, file_name="a.png", file_content=base64.b64encode(held.getvalue()).decode()
    ).json()["file_id"]
    office = upload(site, file_name="a.docx", file_content=PAPER_TEXT).json()["file_id"]
    document = site.made(file_name=None, file_content=None, file_ids=f"{picture},{office}")
    assert site.get(f"/documents/{document}/pages")["page_count"] == 2


@pytest.mark.parametrize(
    "body",
    [
        {"file_name": "a.pdf"},
        {"file_name": "a.pdf", "file_content": "no base64!"},
        {"file_name": "a.pdf", "file_content": base64.b64encode(b"no pdf").decode()},
        {"file_name": "a.exe", "file_content": PAPER_TEXT},
        {"file_content": PAPER_TEXT},
        {"file_name": "a.pdf", "file_url": "http://127.0.0.1:1/a.pdf"},
        {"file_name": "a.pdf", "file_content": PAPER_TEXT, "file": {}},
    ],
)
def test_what_is_no_file_is_refused(site, body):
    assert upload(site, **body).status_code == 400


def test_a_file_of_more_than_10_megabytes_is_refused(site):
    large = base64.b64encode(b"%PDF" + bytes(10 * 1024 * 1024)).decode()
    answer = upload(site, file_name="a.pdf", file_content=large)
    assert (answer.status_code, "10 MB" in answer.text) == (400, True)


def test_several_files_are_given_as_one_text_and_a_list_is_refused(site):
    ids = [
        upload(site, file_name="a.pdf", file_content=PAPER_TEXT).json()["file_id"] for _ in range(2)
    ]
    bare = {"file_name": None, "file_content": None}
    document = site.made(**bare, file_ids=",".join(ids))
    assert site.get(f"/documents/{document}/pages")["page_count"] == 2
    assert site.create(**bare, file_ids=ids).status_code == 400


def test_a_file_older_than_48_hours_cannot_be_used(site):
    file_id = upload(site, file_name="a.pdf", file_content=PAPER_TEXT).json()["file_id"]
    site.later(hours=48)
    answer = site.create(file_name=None, file_content=None, file_ids=file_id)
    assert (answer.status_code, "48 hours" in answer.text) == (400, True)


def test_the_library_keeps_attachments(site):
    answer = site.api(
        "POST", "/upload/attachment", {"file_name": "photo.txt", "file_content": PAPER_TEXT}
    ).json()
    assert answer["title"] == "photo"
    [*_, listed] = site.get("/attachments")["attachments"]
    assert (listed["attachment_id"], listed["attachment_title"]) == (answer["id"], "photo")


def test_a_download_address_lives_ten_minutes_and_on_another_origin(site):
    document = site.made()
    url = site.get(f"/documents/{document}/download")["document_url"]
    assert not url.startswith(site.url.removesuffix("/getaccept"))
    assert requests.get(url, timeout=10).content == PAPER
    site.later(minutes=10)
    assert requests.get(url, timeout=10).status_code == 403


def test_storage_refuses_a_token_and_tells_that_one_was_sent(site):
    url = site.get(f"/documents/{site.made()}/download")["document_url"]
    leaked = requests.get(url, headers={"Authorization": f"Bearer {site.token}"}, timeout=10)
    assert leaked.status_code == 400
    assert [one["scheme"] for one in site.control("GET", "leaks")] == ["Bearer"]


def test_an_address_that_was_tampered_with_leads_nowhere(site):
    url = site.get(f"/documents/{site.made()}/download")["document_url"]
    assert requests.get(url.replace("/original/", "/signed/"), timeout=10).status_code == 403


def test_a_file_comes_directly_or_within_json(site):
    document = site.made(name="Offer Åre")
    direct = site.api("GET", f"/documents/{document}/download", params={"direct": "true"})
    assert direct.content == PAPER
    assert direct.headers["Content-Type"] == "application/pdf"
    assert "attachment" in direct.headers["Content-Disposition"]
    within = site.get(f"/documents/{document}/download", with_file_content="true")
    assert base64.b64decode(within["file_content"]) == PAPER
    assert within["file"] == "Offer Åre.pdf"


def test_the_signed_copy_has_a_certificate_page_more(site):
    document = site.made()
    site.act(document, "1", "sign")
    url = site.get(f"/documents/{document}/download")["document_url"]
    signed = requests.get(url, timeout=10).content
    assert papers.count_pages(signed) == papers.count_pages(PAPER) + 1


def test_the_signed_copy_may_lag(site):
    site.control("POST", "modes", {"file_lag": 30})
    document = site.made()
    site.act(document, "1", "sign")
    assert site.status(document) == "signed"
    url = site.get(f"/documents/{document}/download")["document_url"]
    direct = {"direct": "true"}
    assert requests.get(url, timeout=10).status_code == 404
    path = f"/documents/{document}/download"
    assert site.api("GET", path, params=direct).status_code == 404
    site.later(seconds=31)
    assert requests.get(url, timeout=10).content.startswith(b"%PDF")
    assert site.api("GET", path, params=direct).content.startswith(b"%PDF")


def test_a_document_may_come_as_a_form_with_its_file(site):
    form = {"name": "Offer 5", "is_automatic_sending": "false", "value": "12.5"}
    answer = site.api("POST", "/documents", data=form, files={"file": ("a.pdf", PAPER)})
    assert answer.json()["value"] == 12.5
    form["is_automatic_sending"] = "perhaps"
    refused = site.api("POST", "/documents", data=form, files={"file": ("a.pdf", PAPER)})
    assert refused.status_code == 400
