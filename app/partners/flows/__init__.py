"""Work of partnerships that spans several stores or has calls to Shopify in between."""

from app.partners.flows.answering import accept, decline, leave
from app.partners.flows.checking import check_partner_store, end_partnerships, tell_of_access
from app.partners.flows.inviting import Shown, begin_connection, follow_name, read_invitation, waiting_invitations
from app.partners.flows.telling import tell_of_recovery, tell_of_work

__all__ = [
    "Shown",
    "accept",
    "begin_connection",
    "check_partner_store",
    "decline",
    "end_partnerships",
    "follow_name",
    "leave",
    "read_invitation",
    "tell_of_access",
    "tell_of_recovery",
    "tell_of_work",
    "waiting_invitations",
]
