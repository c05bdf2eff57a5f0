"""The verbs of partnerships."""

from app.partners.service.answer import accept_invitation, decline_invitation
from app.partners.service.invitation import (
    Invited,
    find_open_invitation,
    invite_partner,
    pending_invitations,
    renew_invitation,
    withdraw_invitation,
)
from app.partners.service.partnership import (
    RECREATED,
    SHOWS_NOTHING,
    TARGET_MISSING,
    UNREACHABLE,
    VARIANT_GONE,
    PreFlight,
    ask_for_check,
    change_buffer,
    change_calendar,
    change_contact,
    disconnect_partner,
    end_partnership,
    erase_contacts,
    note_access,
    record_checks,
)
from app.partners.service.work import ask_to_tell_of_work, note_work, retry_work

__all__ = [
    "RECREATED",
    "SHOWS_NOTHING",
    "TARGET_MISSING",
    "UNREACHABLE",
    "VARIANT_GONE",
    "Invited",
    "PreFlight",
    "accept_invitation",
    "ask_for_check",
    "ask_to_tell_of_work",
    "change_buffer",
    "change_calendar",
    "change_contact",
    "decline_invitation",
    "disconnect_partner",
    "end_partnership",
    "erase_contacts",
    "find_open_invitation",
    "invite_partner",
    "note_access",
    "note_work",
    "pending_invitations",
    "record_checks",
    "renew_invitation",
    "retry_work",
    "withdraw_invitation",
]
