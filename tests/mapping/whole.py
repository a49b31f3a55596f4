"""A mapping and a form that use every key of their grammar."""

from __future__ import annotations

MAPPING = """\
mapping: whole
values: {series: T, depot: null}
source: {connector: agiloft, table: service_case}
trigger: [button, webhook, api, poll]
when: status != "Closed"
carries_on: hub
request:
  kind: offer
  title: {sv: "Offert {{ number }}", en: "Offer {{ number }}"}
  number: {from: case_number}
  refuse:
    - {when: status = "Held", text: {sv: Ärendet är pausat., en: The case is on hold.}}
    - {from: unfit.text}
  provider: [bankid, native_canvas]
  channels: sms
  language: {from: language, map: {Svenska: sv, English: en}, default: sv}
  user_language: {from: spoken_here, map: {Svenska: sv}, default: sv}
  expires_after: 14d
  reminders: {after: 24h, every: 48h, limit: 2, quiet: "21:00-08:00", channel: mail}
  form: repair_intake
  lines:
    for_each: lines
    currency: SEK
    rows:
      - {to: id, from: item.id}
      - {to: text, from: item.text, convert: [trim, "truncate:200"]}
      - {to: price, expr: item.price * 2}
      - {to: vat, value: 25}
      - {to: step, from: item.step}
    steps:
      - {step: found, name: Hittad}
      - {step: priced, name: Prissatt}
      - {step: offered, name: Offererad}
      - {step: decided, name: Beslutad}
  prefill:
    - {to: name, from: customer_name, direction: both}
  recipient:
    - {to: name, from: customer_name, required: true}
    - {to: mobile, from: customer_mobile, convert: [trim, "e164:SE"]}
    - {to: national_id, from: "persons[0].`id no`", convert: "national_id:SE"}
records:
  customer:
    in: hub_register
    table: customer
    match: [mobile, email]
    rows:
      - {to: mobile, from: recipient.mobile}
      - {to: email, from: recipient.email, default: none}
    note: signature
    when: form.name != ""
  part:
    in: erp
    for_each: {from: lines}
    match: number
    rows: [{to: number, from: item.id}]
back:
  invited: [{update: both}]
  completed:
    - update: [both, {to: state, value: Signed}]
    - {note: "Signed by {{ signature.name }}", when: form.name != ""}
    - attach: evidence
    - email: {to: assigned, subject: Signed, text: {sv: Klart, en: Done}, attach: signed}
  line_declined:
    - {update: [{to: state, from: line.id}], for_each: lines}
then:
  completed:
    - create: {in: erp, table: offer, match: number, rows: [{to: number, from: request.number}]}
      for_each: lines
    - update: {in: erp, table: job, id: {from: records.customer.id}, rows: [{to: a, value: b}]}
    - note: {in: erp, table: job, id: {expr: records.customer.id}, text: signature}
      when: form.name != ""
    - webhook: {url: "https://example.com/hook", secret: erp, rows: [{to: a, value: 1}]}
on_call:
  copy_to_offer:
    - create: {in: erp, table: offer, rows: [{to: number, from: request.number}]}
examples:
  - name: asked for later
    given: {record: {id: 1}, call: copy_to_offer, request: {number: C-1}}
    expect: {on_call: [{create: {number: C-1}}]}
  - name: everything
    given:
      record: {id: 1, customer_name: Alice}
      now: "2026-01-15T12:00:00+01:00"
      event: completed
      form: {name: Alice}
      recipient: {name: Alice}
      request: {number: C-1}
      outcome: {reason: declined}
      signature: {name: Alice}
      lines: [{id: A}]
      line: {id: A}
      records: {customer: {number: C-1}}
    expect:
      skipped: false
      language: sv
      title: Offert C-1
      number: C-1
      recipient: {name: Alice}
      prefill: {name: Alice}
      lines: [{id: A}]
      currency: SEK
      problems: [missing]
      error: {rule: request.recipient.name, path: customer_name, code: missing, text: required}
      kind: whole
      provider: bankid
      records: {customer: {mobile: ""}}
      back: [{update: {state: Signed}}]
      then: [{create: {number: C-1}}]
"""
PAPERS = """\
mapping: papers
source: {connector: crm, table: offer}
trigger: [button]
request:
  kind: offer
  provider: native_canvas
  channels: sms
  failover_after: 5m
  together: true
  expires_after: 14d
  recipients:
    - key: owner
      role: signer
      turn: 1
      rows: [{to: name, from: owner.name}, {to: email, from: owner.email, convert: lower}]
    - {key: partner, turn: 2, when: partner != "", rows: [{to: name, from: partner}]}
    - {key: boss, role: copy, rows: [{to: name, value: Charlie}, {to: language, value: en}]}
  documents:
    - key: offer
      title: {sv: "Offert {{ number }}", en: "Offer {{ number }}"}
      file_name: "offer-{{ number }}.pdf"
      template: offer
      rows: [{to: intro, from: text, default: ""}, {to: facts, expr: "[facts]"}]
    - {key: plan, title: Plan, attachment: {from: drawing}, when: drawing != ""}
    - {key: terms, title: Terms, url: {value: "https://example.com/terms.pdf"}}
    - {key: scan, title: Scan, base64: {from: scan, required: true}}
  attachments:
    - {key: photo, title: "Photo {{ position }}", for_each: images, attachment: {from: item.file},
       must_view: {from: item.must, convert: bool}, file_name: "{{ item.name }}"}
    - {key: map, title: Map, url: {from: map_url}, must_view: true, when: map_url != ""}
    - {key: note, title: Note, base64: {from: note}}
  signing:
    methods: [drawn, typed]
    consent: {sv: Jag godkänner., en: I accept.}
    code: email
    confirmation: true
    receipt: true
    remarks: true
    forward: false
    in_person: false
    download: true
  notify:
    email: {from: seller.email}
    mobile: {from: seller.mobile, convert: "e164:SE"}
    about: [viewed, completed]
    by: email
    ways: {completed: sms, viewed: digest}
    digest: "07:30"
    quiet: "19:00-07:00"
  options: {signature: {default: false}, recipient: true, message: true}
  share:
    with: {from: audience, map: {all: customer, anybody: public}, default: contact}
    password: {from: link_password}
    customer: {from: account.id}
    customer_name: {from: account.name}
    tell: [shared, changed]
    contacts:
      for_each: account.contacts
      rows:
        - {to: key, from: item.id}
        - {to: email, from: item.email, convert: [trim, lower]}
    on_change: replace
    archive_when: status = "Closed"
    archive_after: 4w
    remove_after: 365d
back:
  sealed: [{update: [{to: level, from: evidence.level}]}]
  completed:
    - attach: signed
    - attach: {file: evidence, name: "proof-{{ request.number }}.zip"}
    - attach: {text: "{{ record.number }}", name: note.txt}
    - update: [{to: by, from: signatures.owner.name}, {to: whom, from: recipients.partner.name}]
then:
  completed:
    - attach: {in: erp, table: job, id: {from: record.id}, file: signed, name: signed.pdf}
    - attach: {in: erp, table: job, id: {from: record.id}, text: "{{ record.number }}", name: a.txt}
examples:
  - name: everything
    given:
      record: {number: O-1}
      recipients: {owner: {name: Alice}}
      signatures: {owner: {name: Alice}}
      totals: {gross: "1"}
      views: {count: 1}
      documents: [{key: offer}]
      agreement: {reference: a1}
      evidence: {level: B-T}
      remark: {text: Good}
    expect:
      recipients: [{key: owner}]
      documents: [{key: offer}]
      attachments: [{key: photo-1}]
      signing: {methods: [drawn]}
      notify: {by: email}
      share: {audience: contact}
"""
FORM = """\
form: whole
title: {sv: Reparation, en: Repair}
steps:
  - key: contact
    title: {sv: Du, en: You}
    intro: {sv: Vem är du?, en: Who are you?}
    fields:
      - name: mobile
        type: tel
        label: {sv: Mobil, en: Mobile}
        help: {sv: Vi ringer inte, en: We do not call}
        placeholder: {en: 070-}
        required: true
        max_length: 20
        autocomplete: tel
        convert: [trim, "e164:SE"]
      - name: how
        type: radio
        label: {en: How}
        choices: [{value: sms, label: {en: SMS}}, {value: mail, label: {en: E-mail}}]
      - {name: what, type: textarea, label: {en: What}, rows: 5, convert: trim}
"""
