"""What a plugin can declare in its manifest. What is not declared raises ``Unsupported``."""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    """One line each on what switching it on promises; the contract suites hold plugins to it."""

    # connectors
    FETCH = "fetch"  # read one record
    CHANGES = "changes"  # list what changed since a cursor
    CREATE = "create"  # create a record, matched before it is made
    UPDATE = "update"  # write fields, repeatable without harm
    NOTE = "note"  # add a note once
    FILES = "files"  # hands over files that hang on a record
    ATTACH = "attach"  # attach a file once
    READ_BACK = "read_back"  # read written fields again
    HOOK = "hook"  # is called by the other side
    KEEPS_HOOKS = "keeps_hooks"  # has the other side call the hub, and puts right what is not so
    INLINE = "inline"  # a trigger may carry the whole record
    # providers
    INTERACTIVE = "interactive"  # signing happens on the hub's page, begun by the customer
    HOSTED = "hosted"  # keeps the document itself; everybody reads and signs there
    SENDS_INVITATION = "sends_invitation"  # the provider itself invites the customer
    POLL = "poll"  # is asked how far an order is
    EVIDENCE = "evidence"  # hands over the proof of a signature
    IDENTITY = "identity"  # tells who signed
    ENFORCES_PERSON = "enforces_person"  # refuses another person before signing
    CANVAS = "canvas"  # takes a signature that is drawn or typed on the hub's own page
    CANCEL = "cancel"  # withdraws an order
    REMIND = "remind"  # reminds the customer itself
    MESSAGES = "messages"  # carries messages between customer and upstream
    LISTS = "lists"  # lists its templates, folders and the like
    # channels
    SMS = "sms"  # reaches mobile numbers
    EMAIL = "email"  # reaches e-mail addresses
    REPORTS = "reports"  # tells later whether the message arrived
    REPLIES = "replies"  # takes what people write back
    LOOKUP = "lookup"  # can tell whether an earlier send happened
