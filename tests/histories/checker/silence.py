"""Promises 5 and 6: nothing waits in silence, and nobody sees what is not theirs."""

import json
from collections.abc import Iterator

from tests.histories.checker.reading import Case


def at_rest(case: Case) -> Iterator[str]:
    """No work is left, no job failed, no news lies unread."""
    for name in ("jobs_due", "jobs_running", "jobs_failed", "inbox_unhandled"):
        if case.quiet[name]:
            yield f"silent: {name} is {case.quiet[name]}"
    for each in case.open_exceptions:
        if each["kind"] in ("job_failed", "job_waiting", "order_not_captured", "order_not_readable"):
            yield f"broken: {each['kind']}: {each['cause']}"
        if not each["cause"] or not each["next_step"]:
            yield f"silent: {each['kind']} about {each['subject']} says nothing"


def lost_stores_are_told(case: Case) -> Iterator[str]:
    """A partner who removed the app is known to be gone, or somebody is told that their store refuses us."""
    for each in case.books["partners"]:
        is_kept = each["state"] == "connected" and not case.is_reachable(each)
        if is_kept and not case.is_told("partner", each["id"]):
            yield f"silent: {each['shop']} removed the app, and nobody is told"


def told_once(case: Case) -> Iterator[str]:
    """One open exception for each kind and subject."""
    seen = set()
    for each in case.open_exceptions:
        key = (each["retailer"], each["kind"], each["subject"]["kind"], each["subject"]["id"])
        if key in seen:
            yield f"doubled: {key} is told twice"
        seen.add(key)


def nobody_sees(case: Case) -> Iterator[str]:
    """INV5, INV7: no customer of a retailer in any call to a partner, no personal string at all in our books."""
    partners = {store["shop"] for store in case.role("partner")}
    retailers_mark, partners_mark = case.marks["retailer_customer"], case.marks["partner_customer"]
    for call in case.calls:
        if call["shop"] in partners and retailers_mark in json.dumps([call["variables"], call["document"]]).lower():
            yield f"broken: {call['operation']} at {call['shop']} carries a customer of a retailer"
    told = json.dumps(case.books).lower()
    for mark in (retailers_mark, partners_mark):
        if mark in told:
            yield f"broken: the books carry {mark}"
    for store in case.role("partner"):
        for draft in case.store_truth(store["id"])["draft_orders"]:
            if retailers_mark in json.dumps(draft).lower():
                yield f"broken: {draft['id']} carries a customer of a retailer"
