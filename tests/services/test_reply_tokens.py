"""What names a person in the address for answers, and the words that an answer may end with."""

from __future__ import annotations

import pytest

from hub.kernel.crypto import Vault
from hub.services.links import Links
from hub.services.replies import FILES, OTHER
from hub.settings.workspace import LANGUAGES


def test_a_token_outlives_a_change_of_the_key_and_says_nothing_by_itself():
    old, new = "an old key that is long enough for it", "a new key that is long enough for it"
    ident = "019c0000-0000-7000-8000-000000000001"
    links = Links(Vault(old), "https://hub.example")
    token = links.reply_token(ident)
    assert token.isalnum()
    assert token == token.lower()
    later = Links(Vault(new, old), "https://hub.example")
    assert later.replying(token) == later.replying(token.upper()) == ident
    assert later.reply_token(ident) != token
    assert Links(Vault(new), "https://hub.example").replying(token) is None
    for wrong in ("", "a", token[:-1], token + "a", token[:-1] + "0", "å" * 42, "=" * 42):
        assert links.replying(wrong) is None


@pytest.mark.parametrize(("words", "name"), [(FILES, "{names}"), (OTHER, "{sender}")])
def test_every_language_says_what_must_be_known_of_an_answer(words, name):
    assert set(words) == set(LANGUAGES)
    assert all(name in text for text in words.values())
