"""The files of a house with an offer: settings, workspace, mapping."""

from __future__ import annotations

HUB = """\
environment: test
outgoing_networks: [127.0.0.0/8]
public_url: https://hub.example
data_folder: {data}
documents: {{pages: 5, megabytes: 2}}
database_url: {database}
"""
WORKSPACE = """\
name: {name}
email: office@example.com
sender: Verkstad
language: en
instances:
  source: {{plugin: connector:simulated, settings: {{upstream: {world}, adopt: true}}}}
  canvas: {{plugin: native_canvas}}
  post: {{plugin: POST}}
mappings: [offer]
webhook_secrets: {{erp: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz}}
texts:
  sms_invite: {{en: "{{{{ sender }}}}: {{{{ title }}}} {{{{ link }}}}"}}
  sms_reminder: {{en: "{{{{ sender }}}}: again, {{{{ link }}}}"}}
  email_invite: {{en: "{{{{ sender }}}}: {{{{ title }}}} {{{{ link }}}}"}}
  email_invite_subject: {{en: "{{{{ title }}}}"}}
  email_reminder: {{en: "{{{{ sender }}}}: again, {{{{ link }}}}"}}
  email_reminder_subject: {{en: "{{{{ title }}}}"}}
  terms: {{en: "It costs what it says."}}
  signed_text: {{en: "{{{{ sender }}}} {{% for row in rows %}}{{{{ row[1] }}}} {{% endfor %}}{{{{ terms }}}}"}}
"""  # noqa: E501 - a text of a file, line by line
MAPPING = """\
mapping: offer
source: {connector: source, table: offer}
trigger: [button, webhook, api]
request:
  kind: offer
  title: "Offer {{ number }}"
  number: {from: number}
  provider: canvas
  channels: [post]
  language: en
  expires_after: 14d
  reminders: {after: 24h, every: 24h, limit: 3}
  documents: DOCUMENTS
  attachments:
    - {key: photo, title: Photo, file_name: photo.png, base64: {from: photo}, must_view: true}
  lines:
    for_each: lines
    currency: {value: SEK}
    rows:
      - {to: id, from: item.id}
      - {to: text, from: item.text}
      - {to: price, from: item.price, convert: decimal}
      - {to: vat, value: 25}
      - {to: optional, from: item.optional, convert: bool, default: false}
  recipients: PEOPLE
  signing: SIGNING
back:
  completed:
    - update:
        - {to: state, value: Signed}
        - {to: signed_by, from: signature.name}
    - attach: signed
    - attach: evidence
  declined: [{update: [{to: state, value: Declined}, {to: reason, from: outcome.reason_text}]}]
  expired: [{update: [{to: state, value: Expired}]}]
  failed: [{update: [{to: state, value: Failed}, {to: reason, from: outcome.reason_text}]}]
  line_declined: [{note: "Not wanted: {{ line.text }}"}]
then:
  completed:
    - create: {in: source, table: order, rows: [{to: offer, from: record.number}]}
examples:
  - name: an offer
    given:
      record:
        number: O-1
        photo: aGVq
        plan: plan.pdf
        terms: https://example.com/terms.pdf
        extra: aGVq
        url: ""
        pdf: ""
        file: ""
        lines: [{id: "1", text: Work, price: "1"}]
    expect: {title: Offer O-1}
"""
OFFER = """
    - key: offer
      title: "Offer {{ number }}"
      template: offer
      rows: [{to: intro, from: intro}]"""
PEOPLE = """
    - {key: alice, turn: 1, rows: [{to: name, value: Alice Andersson}, {to: mobile, value: "+46701740605"}, {to: email, value: alice@example.com}]}
    - {key: bob, turn: 2, rows: [{to: name, value: Bob Berg}, {to: mobile, value: "+46701740606"}, {to: email, value: bob@example.com}]}"""  # noqa: E501
SIGNING = "{receipt: true, remarks: true, in_person: true}"
