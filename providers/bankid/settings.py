"""What an administrator sets up for BankID. One model: form, validation and reference page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marshmallow import fields, validate

from hub.contracts.settings import setting

PRODUCTION_HOST = "appapi2.bankid.com"
BASE_URLS = {
    "production": f"https://{PRODUCTION_HOST}/rp/v6.0",
    "test": "https://appapi2.test.bankid.com/rp/v6.0",
}
# Policies of user certificates that are accepted when none are set: file, card, mobile, bank's own.
POLICIES = {
    "production": ("1.2.752.78.1.1", "1.2.752.78.1.2", "1.2.752.78.1.5", "1.2.752.71.1.3"),
    "test": ("1.2.3.4.5", "1.2.3.4.10", "1.2.3.4.25", "1.2.752.60.1.6"),
}
_OID = validate.Regexp(
    r"^\d+(\.\d+){3,}(\.\*)?$", error="Write an object identifier such as 1.2.752.78.1.5."
)
_PATH = validate.Length(min=1, error="Give the path of a file.")


@dataclass(frozen=True, kw_only=True)
class BankIdSettings:
    """Settings of one BankID instance. All paths are on the machine that runs the hub."""

    environment: str = setting(
        fields.String(validate=validate.OneOf(["test", "production"])),
        title="BankID environment",
        help="Which BankID this instance talks to. A hub in production accepts only production.",
        default="test",
    )
    base_url: str = setting(
        fields.Url(schemes={"https"}, require_tld=False),
        title="Address of the service",
        help="Leave it out for BankID's own address. Set it only for a simulator or a gateway.",
        default="",
    )
    server_root: str = setting(
        fields.String(validate=_PATH),
        title="Server root certificate",
        help="PEM file with BankID's own TLS root. Public lists of authorities do not hold it.",
    )
    signature_root: str = setting(
        fields.String(validate=_PATH),
        title="Signature root certificate",
        help="PEM file with the root under which the banks issue BankIDs. It is another root than "
        "the server's; BankID hands it out on request.",
    )
    certificate: str = setting(
        fields.String(),
        title="Client certificate (PEM)",
        help="PEM file with your relying party certificate and its chain. Leave it out if you "
        "have a .p12 file.",
        default="",
    )
    key: str = setting(
        fields.String(),
        title="Client key (PEM)",
        help="PEM file with the private key of that certificate, without a password; only the "
        "hub's own user may be allowed to read it.",
        default="",
    )
    p12: str = setting(
        fields.String(),
        title="Client certificate (P12)",
        help="The .p12 file as your bank handed it out, instead of the two PEM files.",
        default="",
    )
    p12_password: str = setting(
        fields.String(),
        title="Password of the P12 file",
        help="The password that opens the .p12 file.",
        secret=True,
        default="",
    )
    text_format: str = setting(
        fields.String(validate=validate.OneOf(["plaintext", "simpleMarkdownV1"])),
        title="Format of the text to sign",
        help="simpleMarkdownV1 shows headings and bold text in the app. Try your text with a real "
        "app first.",
        default="plaintext",
    )
    certificate_policies: Sequence[str] = setting(
        fields.List(fields.String(validate=_OID)),
        title="Accepted kinds of BankID",
        help="Object identifiers of accepted certificate policies; a final * stands for any. "
        "Empty: all ordinary kinds of the environment.",
        default=(),
    )
    pin_code: bool = setting(
        fields.Boolean(),
        title="Demand the security code",
        help="The customer must type the code; fingerprint and face are not enough.",
        default=False,
    )
    risk: str = setting(
        fields.String(validate=validate.OneOf(["", "low", "moderate"])),
        title="Highest accepted risk",
        help="BankID stops a signing that it judges riskier than this. Empty: no limit.",
        default="",
    )
    connect_timeout: float = setting(
        fields.Float(validate=validate.Range(min=0.1, max=60)),
        title="Connect timeout (seconds)",
        help="How long to wait for a connection.",
        default=5.0,
    )
    read_timeout: float = setting(
        fields.Float(validate=validate.Range(min=0.1, max=120)),
        title="Answer timeout (seconds)",
        help="How long to wait for an answer.",
        default=15.0,
    )
    clock_skew: int = setting(
        fields.Integer(validate=validate.Range(min=10, max=3600)),
        title="Allowed clock difference (seconds)",
        help="How far the time in BankID's proof may be from the moment when the hub received it.",
        default=300,
    )
    app_start_url: str = setting(
        fields.Url(require_tld=False),
        title="Address that opens the app",
        help="Only for a simulator: the page that plays the BankID app on the same device.",
        default="",
    )

    @property
    def address(self) -> str:
        """The base address in force."""
        return (self.base_url or BASE_URLS[self.environment]).rstrip("/")

    @property
    def accepted_policies(self) -> tuple[str, ...]:
        """The policies that a signer's certificate may carry."""
        return tuple(self.certificate_policies) or POLICIES[self.environment]
