"""What a person sees in the simulated ticket system, without a browser."""

from __future__ import annotations


def test_the_list_shows_every_case_and_can_be_searched(api):
    assert api.call("GET", "/cases").text.count("SC-10") == 7
    found = api.call("GET", "/cases", params={"q": "bishop"}).text
    assert "SC-1046" in found
    assert "SC-1041" not in found


def test_a_case_offers_both_buttons(api, driver):
    driver.sandbox.connect({"button": "https://hub.example/b"})
    page = api.call("GET", "/cases/2").text
    assert "Skicka för BankID-signering" in page
    assert 'href="https://hub.example/b/2"' in page


def test_pressing_the_button_requests_a_signature_as_a_person(api, driver):
    answer = api.call("POST", "/cases/2/press")
    assert answer.status == 302
    history = api.call("GET", "/_control/history/service_case/2").json()
    assert (history[-1]["source"], history[-1]["by"]) == ("Web", "alice")
    assert driver.present(driver.seed_record())["sign_state"] == "Requested"


def test_the_edit_form_takes_the_lock_and_saving_gives_it_back(api, driver):
    page = api.call("GET", "/cases/2/edit").text
    assert driver.sandbox.store.lock_of("service_case", 2)
    assert 'name="customer_mobile"' in page
    values = driver.present(driver.seed_record())
    form = {k: v for k, v in values.items() if v is not None and k != "id"}
    form["customer_mobile"] = "070-174 06 99"
    assert api.call("POST", "/cases/2/edit", data=form).status == 302
    assert driver.sandbox.store.lock_of("service_case", 2) is None
    history = api.call("GET", "/_control/history/service_case/2").json()
    assert list(history[-1]["fields"]) == ["customer_mobile"]


def test_leaving_the_form_gives_the_lock_back(api, driver):
    api.call("GET", "/cases/2/edit")
    api.call("POST", "/cases/2/release")
    assert driver.sandbox.store.lock_of("service_case", 2) is None


def test_a_wrong_value_keeps_the_form_and_says_why(api):
    form = {"case_number": "SC-1042", "priority": "many"}
    answer = api.call("POST", "/cases/2/edit", data=form)
    assert "a whole number expected" in answer.text


def test_texts_are_escaped(api, driver):
    api.call("PUT", "/_control/records/service_case/2", json={"product": "<script>x"})
    assert "<script>x" not in api.call("GET", "/cases/2").text


def test_the_page_can_ask_for_what_changed(api):
    before = api.call("GET", "/cases/2.json").json()
    api.call("POST", "/cases/2/press")
    after = api.call("GET", "/cases/2.json").json()
    assert (before["fields"]["sign_state"], after["fields"]["sign_state"]) == (
        "Not requested", "Requested",
    )  # fmt: skip
    assert after["history"] == before["history"] + 1


def test_an_unknown_case_is_a_page_that_says_so(api):
    answer = api.call("GET", "/cases/404")
    assert answer.status == 400
    assert "No data" in answer.text


def test_registering_without_a_hub_says_what_is_missing(api):
    assert "has not told its address" in api.call("POST", "/webhooks").text
