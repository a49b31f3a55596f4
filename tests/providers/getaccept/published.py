"""Answers in the shapes that the vendor and users of its webhooks have published, with made-up
people. Where the published pieces differ (dates, numbers as text), so do these."""

from __future__ import annotations

from typing import Any

ID = "qnerhxyp"
_SECRET = "https://app.getaccept.com/v/preview/qnerhxyp?token=0123456789abcdef"
_FILE = "https://ga-us-west-2.s3.example/signed/qnerhxyp.pdf?X-Amz-Signature=0123456789abcdef"

HOOK: dict[str, Any] = {
    "event": "document.signed", "event_type": "document", "event_action": "signed",
    "subscription_id": "pw1333abc", "payload": "paraph=test/demo/hosted",
    "document": {
        "id": ID, "name": "Offer", "status": "signed", "external_id": "deal_1001",
        "external_client_id": "api", "type": "sales", "value": 0, "is_signed": True,
        "send_date": "2023-09-12T15:13:23+00:00", "sign_date": "2023-09-12T15:18:44+00:00",
        "created_at": "2023-09-12T15:12:06+00:00", "expiration_date": "2023-09-27T04:59:00+00:00",
        "user_id": "xy45za9", "sender_email": "sender@example.com", "parent_id": "",
        "preview_url": _SECRET, "download_url": _FILE,
    },
    "recipient": {
        "fullname": "Alice Andersson", "first_name": "Alice", "last_name": "Andersson",
        "email": "alice@example.com", "title": "", "note": "", "gender": "", "mobile": "",
        "thumb_url": "", "role": "signer", "company_name": "", "company_number": "",
        "status": "signed", "order_num": "1",
    },
    "entity": {
        "entity_id": "ent1", "email_send_subject": "", "email_send_message": "", "sub_domain": "",
        "custom_domain": "",
    },
    "custom_fields": {"Shoe size": "9"},
}  # fmt: skip

DOCUMENT: dict[str, Any] = {
    "id": ID, "name": "Offer", "status": "signed", "type": "sales", "value": 49000, "tags": "",
    "external_id": "request-1", "external_client_id": "paraph", "unique_id": 0, "parent_id": None,
    "user_id": "xy45za9", "sender_name": "Vera Verkstad", "sender_email": "sender@example.com",
    "company_name": "", "is_signing": True, "is_signed": True, "is_selfsign": False,
    "is_signing_order": False, "is_private": False, "video_id": 0, "is_reminder_sending": None,
    "created_at": "2026-03-02 09:12:06", "send_date": "2026-03-02T09:13:23+00:00",
    "sign_date": "2026-03-02T11:18:44+02:00", "expiration_date": "2026-04-02T04:59:00+00:00",
    "contract_start_date": "0000-00-00 00:00:00", "contract_end_date": "", "field_count": "2",
    "thumb_url": "https://t.example/1.png", "preview_url": _SECRET, "download_url": _FILE,
    "a_key_of_tomorrow": {"nobody": ["knows"]}, "recipients": [],
}  # fmt: skip

RECIPIENTS: dict[str, Any] = {
    "recipients": [
        {
            "id": "rec1", "fullname": "Alice Andersson", "first_name": "Alice",
            "last_name": "Andersson", "email": "Alice@Example.com", "mobile": "+46701740605",
            "role": "signer", "status": "signed", "title": "", "note": "", "gender": "",
            "company_name": "", "company_number": "", "thumb_url": "", "order_num": "1",
            "document_url": "https://app.getaccept.com/v/0123456789abcdef",
            "signing_methods": [
                {"type": "sms", "verified_phone": "+46701740605",
                 "signed_at": "2026-03-02T09:18:40+00:00"},
                {"type": "signature", "signed_at": "2026-03-02T09:18:44+00:00"},
            ],
        }
    ]
}  # fmt: skip

EVENTS: list[dict[str, Any]] = [
    {
        "first_name": "Alice", "last_name": "Andersson", "email": "alice@example.com",
        "thumb_url": "", "gender": "", "company_name": "", "event_name": name,
        "document_name": "Offer", "document_status": "signed", "event_meta_data": "",
        "created_at": f"2026-03-02 09:{minute}:00", "document_id": ID,
    }
    for name, minute in (("signed", 18), ("viewed", 15), ("sent", 13))
]  # fmt: skip

COMMENTS: list[dict[str, Any]] = [
    {"id": "c1", "self": 0, "full_name": "Alice Andersson", "email": "alice@example.com",
     "thumb_url": "", "text": "When is it done?", "created_at": "2026-03-02T09:16:00+00:00"},
    {"id": "c2", "self": 1, "full_name": "Vera Verkstad", "email": "sender@example.com",
     "thumb_url": "", "text": "On Friday.", "created_at": "2026-03-02T09:17:00+00:00"},
]  # fmt: skip

FIELDS: dict[str, Any] = {
    "fields": [
        {"field_id": "f3", "page_id": "p1", "field_type": "signature", "field_label": "Brakes"},
        {"field_id": "f1", "page_id": "p1", "field_type": "check", "field_label": "Brakes",
         "field_value": 1, "field_options": [], "is_collectable": True, "is_editable": True,
         "is_required": False, "recipient_id": "rec1", "recipient_name": "Alice Andersson",
         "company_name": "", "company_number": "", "role_name": ""},
        {"field_id": "f2", "page_id": "p1", "field_type": "check", "field_label": "Rust",
         "field_value": None, "field_options": None, "recipient_id": "rec1"},
    ],
    "editor_fields": [],
}  # fmt: skip

ATTACHMENTS: dict[str, Any] = {
    "attachments": [
        {"attachment_id": "a1", "attachment_type": "file", "attachment_title": "Terms",
         "attachment_filename": "terms.pdf", "restrict_access": False, "attachment_url": _FILE,
         "access_recipient_names": [], "last_attachment_view": "2026-03-02 09:15:30"},
        {"attachment_id": "a2", "attachment_type": "file", "attachment_title": "Photo",
         "attachment_filename": "photo.jpg", "last_attachment_view": "0000-00-00 00:00:00"},
    ]
}  # fmt: skip
