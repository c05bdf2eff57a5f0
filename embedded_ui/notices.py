"""What a page says shortly after an action; the address names the notice, the sentence stands here."""

NOTICES = {
    "calendar": "Weekly cut-off changed",
    "buffer": "Buffer changed",
    "centre": "Fulfilment centre saved",
    "checking": "The check is running; its result appears here",
    "connected": "You are connected",
    "contact": "Name and e-mail saved",
    "corrected": "Your store is being told the new tracking",
    "count_corrected": "Count corrected",
    "declined": "Invitation declined",
    "defaults": "Defaults saved",
    "disconnected": "Partnership ended",
    "done": "Marked as done",
    "gone": "Nothing more is made for this order",
    "given_up": "Their store is read once more; what is gone then is removed",
    "handed_over": "Handed over; your store is being told",
    "invited": "Invitation created",
    "kept": "The partner’s quantity stays",
    "left_out": "Left out; nothing of it is sold any more",
    "looking": "Looking for it now",
    "not_permitted": "Permissions are still missing",
    "ordered_again": "Its units wait for the next master order",
    "packed": "Packed",
    "permitted": "Permissions granted",
    "priced": "These are the prices with the new markup; nothing was imported yet",
    "received": "Parcel received",
    "restored": "Your quantity is written again",
    "retried": "Trying again",
    "sent_again": "It is sent again",
    "source": "It follows that variant from now on",
    "stock": "Stock location saved",
    "syncing": "The partner’s stock is being read",
    "terms": "Payment terms can be read; these orders are read again within minutes",
    "unpacked": "Unpacked",
    "withdrawn": "Invitation taken back",
}


def notice_of(name: str | None) -> str | None:
    """Return the sentence of a notice; an unknown name says nothing."""
    return NOTICES.get(name or "")
