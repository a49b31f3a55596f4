"""The client certificate: P12 and PEM, missing, refused and ending ones; production."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from hub.contracts.plugin import PluginContext
from hub.contracts.settings import load_settings, masked, settings_info
from hub.kernel.clock import ManualClock
from hub.kernel.errors import AuthenticationFailed, ConfigurationError, Retryable
from providers.bankid.provider import BankIdProvider
from providers.bankid.settings import BankIdSettings
from tests.contracts.provider_driver import caught

PRODUCTION = {
    "environment": "production",
    "server_root": "/etc/paraph/bankid-server.pem",
    "signature_root": "/etc/paraph/bankid-signatures.pem",
    "certificate": "/etc/paraph/rp.pem",
    "key": "/etc/paraph/rp.key",
}


def in_production(**changes):
    settings = load_settings(BankIdSettings, {**PRODUCTION, **changes}, "bankid")
    return BankIdProvider(settings, PluginContext("bankid", environment="production"))


@pytest.fixture
def p12(driver, tmp_path):
    own = driver.sandbox.authorities.client
    data = pkcs12.serialize_key_and_certificates(
        b"rp", own.key, own.certificate, None, BestAvailableEncryption(b"qwerty123")
    )
    path = tmp_path / "rp.p12"
    path.write_bytes(data)
    return str(path)


class TestAP12File:
    def test_serves_as_well_as_pem_files(self, driver, p12):
        provider = driver.provider(certificate="", key="", p12=p12, p12_password="qwerty123")
        assert provider.probe().facts["certificate"] == "Paraph Sandbox AB"
        assert provider.begin(driver.task()).order.reference
        folder = Path(provider._connected()[0].folder)
        assert {f.stat().st_mode & 0o077 for f in [folder, *folder.iterdir()]} <= {0, 0o044}
        assert folder.stat().st_mode & 0o077 == 0
        provider.close()
        assert not folder.exists()

    def test_with_a_wrong_password_is_an_authentication_matter(self, driver, p12):
        error = caught(driver.provider(p12=p12, p12_password="wrong").probe)
        assert isinstance(error, AuthenticationFailed)
        assert "p12" in error.detail

    def test_keeps_its_password_masked(self):
        assert masked(BankIdSettings, {"p12_password": "qwerty123"})["p12_password"] == "•••"


class TestTheProbe:
    def test_tells_when_the_certificate_ends(self, driver, provider):
        assert provider.probe().warnings == ()

    def test_warns_in_the_last_month(self, driver):
        ends = driver.sandbox.authorities.client.certificate.not_valid_after_utc
        settings = load_settings(BankIdSettings, driver.settings(), "bankid")
        context = PluginContext("bankid", clock=ManualClock(ends - timedelta(days=12, hours=1)))
        provider = BankIdProvider(settings, context)
        assert provider.probe().warnings == (
            "the client certificate ends in 12 days: order a new one",
        )
        provider.close()

    @pytest.mark.parametrize("name", ["certificate", "key"])
    def test_names_the_setting_of_a_missing_file(self, driver, name):
        error = caught(driver.provider(**{name: "/nowhere/rp.pem"}).probe)
        assert isinstance(error, AuthenticationFailed)
        assert f"'{name}'" in error.detail

    def test_names_the_setting_that_was_left_out(self, driver):
        assert "'certificate' is missing" in caught(driver.provider(certificate="").probe).detail

    def test_a_certificate_file_that_holds_none(self, driver, tmp_path):
        broken = tmp_path / "broken.pem"
        broken.write_text("not a certificate")
        error = caught(driver.provider(certificate=str(broken)).probe)
        assert isinstance(error, AuthenticationFailed)

    def test_a_key_that_does_not_belong_to_the_certificate(self, driver):
        other = driver.sandbox.authorities.path("server", "key")
        assert isinstance(caught(driver.provider(key=other).probe), AuthenticationFailed)

    @pytest.mark.parametrize("name", ["server_root", "signature_root"])
    def test_a_missing_root_is_a_matter_of_configuration(self, driver, name, tmp_path):
        error = caught(driver.provider(**{name: str(tmp_path / "none.pem")}).probe)
        assert isinstance(error, ConfigurationError)
        assert f"'{name}'" in error.detail

    def test_a_root_file_that_holds_none(self, driver, tmp_path):
        (tmp_path / "root.pem").write_text("hello")
        error = caught(driver.provider(server_root=str(tmp_path / "root.pem")).probe)
        assert isinstance(error, ConfigurationError)

    def test_a_server_under_another_root_is_not_trusted(self, driver):
        """Whatever the environment says about authorities."""
        root = driver.sandbox.authorities.path("rp_root")
        error = caught(driver.provider(server_root=root).probe)
        assert isinstance(error, Retryable)
        assert error.code == "tls_failed"

    def test_the_environments_bundle_of_authorities_is_ignored(self, driver, monkeypatch):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", driver.sandbox.authorities.path("tls_root"))
        root = driver.sandbox.authorities.path("rp_root")
        assert caught(driver.provider(server_root=root).probe).code == "tls_failed"

    def test_a_renewed_certificate_is_taken_up_without_a_restart(self, driver, tmp_path):
        wrong, authorities = driver.wrong_credentials(), driver.sandbox.authorities
        mine = {name: tmp_path / name for name in wrong}
        for name, path in wrong.items():
            mine[name].write_bytes(Path(path).read_bytes())
        provider = driver.provider(**{name: str(path) for name, path in mine.items()})
        assert isinstance(caught(provider.probe), AuthenticationFailed)
        mine["certificate"].write_bytes(authorities.client.pem)
        mine["key"].write_bytes(authorities.client.key_pem)
        assert provider.probe().summary
        assert provider.begin(driver.task()).order.reference
        provider.close()


class TestInProduction:
    def test_the_real_service_is_taken(self):
        assert in_production().settings.address == "https://appapi2.bankid.com/rp/v6.0"

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"environment": "test"}, "'environment'"),
            ({"base_url": "https://127.0.0.1:8443/rp/v6.0"}, "'base_url'"),
            ({"base_url": "https://appapi2.bankid.com.evil.example/rp/v6.0"}, "'base_url'"),
            ({"base_url": "https://appapi2.test.bankid.com/rp/v6.0"}, "'base_url'"),
            ({"app_start_url": "http://127.0.0.1:8000/bankid/app"}, "'app_start_url'"),
        ],
    )
    def test_what_belongs_to_tests_is_refused(self, change, named):
        with pytest.raises(ConfigurationError, match=named):
            in_production(**change)

    def test_the_public_test_certificate_is_refused_before_any_call(self, driver):
        driver.sandbox.authorities.relying_party("FP Testcert 5", "public")
        path = driver.sandbox.authorities.path
        provider = in_production(certificate=path("public"), key=path("public", "key"))
        for call in (provider.probe, lambda: provider.begin(driver.task())):
            error = caught(call)
            assert isinstance(error, ConfigurationError)
            assert "public test certificate" in error.detail


class TestSettings:
    def test_each_has_a_title_and_a_help_text(self):
        for name, info in settings_info(BankIdSettings).items():
            assert info.title, name
            assert info.help.endswith("."), name

    def test_the_sandboxs_settings_are_valid(self, driver):
        settings = load_settings(BankIdSettings, driver.settings(), "bankid")
        assert settings.address.startswith("https://127.0.0.1:")

    @pytest.mark.parametrize(
        "change",
        [
            {"base_url": "http://127.0.0.1/rp/v6.0"},
            {"certificate_policies": ["1.2.752.*.5"]},
            {"risk": "high"},
            {"clock_skew": 0},
            {"environment": "demo"},
            {"surprise": 1},
        ],
    )
    def test_senseless_ones_are_refused(self, change):
        with pytest.raises(ConfigurationError):
            load_settings(BankIdSettings, {**PRODUCTION, **change}, "bankid")

    def test_the_test_environment_is_the_default(self):
        given = {k: v for k, v in PRODUCTION.items() if k != "environment"}
        settings = load_settings(BankIdSettings, given, "bankid")
        assert settings.address == "https://appapi2.test.bankid.com/rp/v6.0"
        assert "1.2.3.4.25" in settings.accepted_policies
        assert settings.read_timeout == 15.0
