"""The carriers whose links the platform knows: a number without a link gets one, if the carrier is named exactly."""

from urllib.parse import quote

LINKS = {
    "An Post": "https://track.anpost.ie/TrackingResults.aspx?rtt=1&items={}",
    "Australia Post": "https://auspost.com.au/mypost/track/details/{}",
    "Canada Post": "https://www.canadapost-postescanada.ca/track-reperage/en#/details/{}",
    "DHL Express": "https://www.dhl.com/en/express/tracking.html?AWB={}",
    "DPD": "https://tracking.dpd.de/parcelstatus?query={}",
    "Evri": "https://www.evri.com/track-a-parcel/{}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "Royal Mail": "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    "UPS": "https://www.ups.com/track?tracknum={}",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
}


def link_of(company: str | None, number: str | None) -> str | None:
    """The carrier's page of a parcel; none for a carrier that is not known by this very name."""
    pattern = LINKS.get(company or "")
    return pattern.format(quote(number, safe="")) if pattern and number else None
