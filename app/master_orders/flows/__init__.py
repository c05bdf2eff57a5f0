"""Work on master orders with the partner's store in between: rewrite the draft, close the week."""

from app.master_orders.flows.close import close_cycle
from app.master_orders.flows.draft import rewrite_draft
from app.master_orders.flows.following import follow_drafts

__all__ = ["close_cycle", "follow_drafts", "rewrite_draft"]
