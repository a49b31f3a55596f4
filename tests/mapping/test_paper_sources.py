"""Names of files and addresses of the web, as records hold them."""

from __future__ import annotations

import pytest

from hub.mapping.paper_sources import file_name, is_address


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a/b\\c:d.pdf", "a-b-c-d.pdf"),
        ("../../etc/passwd", "etc-passwd"),
        (".hidden", "hidden"),
        ("Åre 7", "Åre 7"),
        ("...", ""),
    ],
)
def test_a_files_name_leads_nowhere(text: str, name: str) -> None:
    assert file_name(text) == name


def test_addresses_of_the_web_and_no_others() -> None:
    assert is_address("http://127.0.0.1:80/a")  # whether it may be asked is for whoever asks
    assert not is_address("https://[::1/")
    assert not is_address("//x.example/a")
    assert not is_address("https://x.example/\u202ea")
