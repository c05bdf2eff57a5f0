"""Carriers as data: the page on which each shows where a parcel is."""

from collections.abc import Mapping
from urllib.parse import quote

from app.fulfillment.rules import is_web_page

TRACKING_PAGES: Mapping[str, str] = {
    "An Post": "https://www.anpost.com/Post-Parcels/Track/History?item={number}",
    "Australia Post": "https://auspost.com.au/mypost/track/details/{number}",
    "Canada Post": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={number}",
    "Chit Chats": "https://chitchats.com/tracking/{number}",
    "DHL Express": "https://www.dhl.com/global-en/home/tracking/tracking-express.html?submit=1&tracking-id={number}",
    "DPD": "https://tracking.dpd.de/status/en_US/parcel/{number}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={number}",
    "Royal Mail": "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
    "UPS": "https://www.ups.com/track?tracknum={number}",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
}
"""By the carrier's name as Shopify writes it."""


def tracking_page(carrier: str | None, number: str | None, url: str | None) -> str:
    """Return where a parcel can be followed: the link that came with it, else the carrier's own page, else nothing."""
    if url and is_web_page(url):
        return url
    if not number:
        return ""
    page = TRACKING_PAGES.get(carrier or "", "")
    return page.format(number=quote(number.strip(), safe=""))
