"""Draft orders through the Admin API: written whole, completed once, and the traps on the way."""

from decimal import Decimal
from typing import Any

import pytest

from simulator.world.switches import Switches
from tests.simulator.store_host import ALL_SCOPES, StoreHost, make_host

pytestmark = pytest.mark.anyio

DRAFT = """id name status ready tags note2 poNumber invoiceSentAt
  order{id displayFinancialStatus tags paymentTerms{paymentTermsName dueInDays}}
  paymentTerms{paymentTermsName paymentTermsType} totalQuantityOfLineItems
  totalPriceSet{shopMoney{amount currencyCode}} customAttributes{key value} shippingAddress{company city}
  lineItems(first: 250){nodes{id quantity sku title custom variant{id} customAttributes{key value}
    priceOverride{amount currencyCode} originalUnitPriceSet{shopMoney{amount}}
    discountedTotalSet{shopMoney{amount}}}}"""
CREATE = f"""mutation($input: DraftOrderInput!){{draftOrderCreate(input: $input){{
  draftOrder{{{DRAFT}}} userErrors{{field message}}}}}}"""
UPDATE = f"""mutation($id: ID!, $input: DraftOrderInput!){{draftOrderUpdate(id: $id, input: $input){{
  draftOrder{{{DRAFT}}} userErrors{{field message}}}}}}"""
COMPLETE = f"mutation($id: ID!){{draftOrderComplete(id: $id){{draftOrder{{{DRAFT}}} userErrors{{field message}}}}}}"
READ = f"query($id: ID!){{draftOrder(id: $id){{{DRAFT}}}}}"
DELETE = "mutation($id: ID!){draftOrderDelete(input: {id: $id}){deletedId userErrors{field message}}}"


def a_partner(**switches: Any) -> StoreHost:
    """A store with one variant of 9.50, a hundred in stock."""
    host = make_host()
    host.world.switches = Switches(**switches)
    place = next(iter(host.store.locations))
    stock = [{"location_id": place, "quantity": 100}]
    host.make_product(variants=[{"price": Decimal("9.50"), "sku": "BAG", "quantities": stock}])
    return host


def net_terms(host: StoreHost) -> dict[str, Any]:
    template = next(one for one in host.store.payment_terms_templates.values() if one.due_in_days == 15)
    schedules = [{"issuedAt": host.world.now.isoformat()}]
    return {"paymentTermsTemplateId": template.gid, "paymentSchedules": schedules}


def line(host: StoreHost, quantity: int = 3, **fields: Any) -> dict[str, Any]:
    variant = next(iter(host.store.variants.values()))
    price = {"amount": "6.65", "currencyCode": "USD"}
    return {"variantId": variant.gid, "quantity": quantity, "priceOverride": price, **fields}


async def create(host: StoreHost, **fields: Any) -> dict[str, Any]:
    content = {"lineItems": [line(host)], **fields}
    payload: dict[str, Any] = (await host.ask(CREATE, {"input": content}))["draftOrderCreate"]
    return payload


async def complete(host: StoreHost, draft: dict[str, Any]) -> dict[str, Any]:
    await host.turn(5)
    payload: dict[str, Any] = (await host.ask(COMPLETE, {"id": draft["id"]}))["draftOrderComplete"]
    return payload


async def test_keeps_what_was_written_with_our_price() -> None:
    host = a_partner()
    address = {"company": "Centre", "address1": "1 Road", "city": "Town", "zip": "1", "countryCode": "US"}

    payload = await create(
        host,
        lineItems=[line(host, customAttributes=[{"key": "Grind", "value": "fine"}])],
        tags=["ph-1-2026-11-20-1", "weekly"],
        note="Week 47",
        poNumber="ph-1",
        customAttributes=[{"key": "Cycle", "value": "47"}],
        shippingAddress=address,
        paymentTerms=net_terms(host),
    )

    draft = payload["draftOrder"]
    assert payload["userErrors"] == []
    assert (draft["status"], draft["note2"], draft["poNumber"]) == ("OPEN", "Week 47", "ph-1")
    assert draft["totalPriceSet"]["shopMoney"] == {"amount": "19.95", "currencyCode": "USD"}
    assert draft["lineItems"]["nodes"][0]["priceOverride"] == {"amount": "6.65", "currencyCode": "USD"}
    assert draft["lineItems"]["nodes"][0]["originalUnitPriceSet"] == {"shopMoney": {"amount": "9.5"}}
    assert draft["paymentTerms"] == {"paymentTermsName": "Net 15", "paymentTermsType": "NET"}
    assert draft["shippingAddress"] == {"company": "Centre", "city": "Town"}


async def test_an_update_replaces_the_whole_list_and_leaves_the_rest() -> None:
    host = a_partner()
    draft = (await create(host, tags=["a"], note="first"))["draftOrder"]

    changed = await host.ask(UPDATE, {"id": draft["id"], "input": {"lineItems": [line(host, 5), line(host, 2)]}})

    after = changed["draftOrderUpdate"]["draftOrder"]
    assert [node["quantity"] for node in after["lineItems"]["nodes"]] == [5, 2]
    assert (after["tags"], after["note2"]) == (["a"], "first")


async def test_becomes_ready_a_moment_after_each_write() -> None:
    host = a_partner()
    draft = (await create(host))["draftOrder"]

    early = (await host.ask(COMPLETE, {"id": draft["id"]}))["draftOrderComplete"]
    await host.turn(5)
    later = (await host.ask(READ, {"id": draft["id"]}))["draftOrder"]

    assert draft["ready"] is False
    assert early["userErrors"]
    assert later["ready"] is True


async def test_completed_with_terms_it_is_pending_and_without_it_is_paid() -> None:
    host = a_partner()
    with_terms = (await create(host, paymentTerms=net_terms(host), tags=["t"]))["draftOrder"]
    without = (await create(host))["draftOrder"]

    pending = (await complete(host, with_terms))["draftOrder"]
    paid = (await complete(host, without))["draftOrder"]

    assert pending["status"] == "COMPLETED"
    assert pending["order"]["displayFinancialStatus"] == "PENDING"
    assert pending["order"]["paymentTerms"] == {"paymentTermsName": "Net 15", "dueInDays": 15}
    assert pending["order"]["tags"] == ["t"]
    assert paid["order"]["displayFinancialStatus"] == "PAID"


async def test_completes_once_and_is_closed_to_everything_after() -> None:
    host = a_partner()
    draft = (await create(host))["draftOrder"]
    await complete(host, draft)

    again = await complete(host, draft)
    update = await host.ask(UPDATE, {"id": draft["id"], "input": {"note": "late"}})
    delete = await host.ask(DELETE, {"id": draft["id"]})

    assert again["userErrors"]
    assert update["draftOrderUpdate"]["userErrors"]
    assert delete["draftOrderDelete"]["userErrors"]
    assert len(host.store.orders) == 1


@pytest.mark.parametrize("is_copied", [True, False])
async def test_metafields_of_a_draft_are_copied_or_not(is_copied: bool) -> None:
    host = a_partner(draft_metafields_copied=is_copied)
    marker = {"namespace": "$app", "key": "marker", "type": "single_line_text_field", "value": "ph-1"}
    draft = (await create(host, metafields=[marker]))["draftOrder"]
    order = (await complete(host, draft))["draftOrder"]["order"]

    query = 'query($id: ID!){order(id: $id){metafield(namespace: "$app", key: "marker"){value}}}'
    found = (await host.ask(query, order))["order"]["metafield"] if (order := {"id": order["id"]}) else None

    assert found == ({"value": "ph-1"} if is_copied else None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"lineItems": []}, ["lineItems"]),
        ({"lineItems": [{"quantity": 0, "title": "A"}]}, ["lineItems", "0", "quantity"]),
        ({"lineItems": [{"quantity": 1, "variantId": "gid://shopify/ProductVariant/1"}]}, None),
        ({"tags": ["x" * 41]}, ["tags"]),
        ({"paymentTerms": {"paymentTermsTemplateId": "gid://shopify/PaymentTermsTemplate/1"}},
         ["paymentTerms", "paymentTermsTemplateId"]),
    ],
)  # fmt: skip
async def test_what_cannot_be_written_is_refused(fields: dict[str, Any], field: list[str] | None) -> None:
    host = a_partner()

    payload = await create(host, **fields)

    assert payload["draftOrder"] is None
    assert payload["userErrors"][0]["field"] == field
    assert host.store.draft_orders == {}


async def test_a_draft_has_at_most_499_lines() -> None:
    host = a_partner()

    full = await create(host, lineItems=[line(host, 1)] * 499)
    over = await create(host, lineItems=[line(host, 1)] * 500)

    assert full["userErrors"] == []
    assert over["userErrors"][0]["field"] == ["lineItems"]


async def test_a_price_is_in_the_currency_of_the_store() -> None:
    host = a_partner()

    payload = await create(host, lineItems=[line(host, priceOverride={"amount": "1", "currencyCode": "EUR"})])

    assert payload["userErrors"][0]["field"] == ["lineItems", "0", "priceOverride"]


async def test_a_sent_invoice_and_a_custom_line() -> None:
    host = a_partner()
    custom = {
        "title": "Carton",
        "quantity": 2,
        "originalUnitPriceWithCurrency": {"amount": "1.5", "currencyCode": "USD"},
    }
    draft = (await create(host, lineItems=[custom]))["draftOrder"]
    mutation = (
        "mutation($id: ID!){draftOrderInvoiceSend(id: $id){draftOrder{status invoiceSentAt} userErrors{message}}}"
    )

    sent = (await host.ask(mutation, {"id": draft["id"]}))["draftOrderInvoiceSend"]["draftOrder"]

    assert draft["lineItems"]["nodes"][0]["custom"] is True
    assert draft["totalPriceSet"]["shopMoney"]["amount"] == "3.0"
    assert sent["status"] == "INVOICE_SENT"
    assert sent["invoiceSentAt"] is not None


async def test_is_found_by_its_tag_until_it_is_deleted() -> None:
    host = a_partner()
    draft = (await create(host, tags=["ph-1-2026-11-20-1"]))["draftOrder"]
    query = "query($query: String!){draftOrders(first: 5, query: $query, sortKey: ID, reverse: true){nodes{id}}}"

    found = await host.ask(query, {"query": "tag:'ph-1-2026-11-20-1'"})
    deleted = await host.ask(DELETE, {"id": draft["id"]})
    gone = await host.ask(query, {"query": "tag:'ph-1-2026-11-20-1'"})

    assert found["draftOrders"]["nodes"] == [{"id": draft["id"]}]
    assert deleted["draftOrderDelete"]["deletedId"] == draft["id"]
    assert gone["draftOrders"]["nodes"] == []
    assert (await host.ask(READ, {"id": draft["id"]})) == {"draftOrder": None}


@pytest.mark.parametrize(
    ("needed", "granted", "allowed"),
    [
        ("write", "read_payment_terms", False),
        ("write", "write_payment_terms", True),
        ("read", "read_payment_terms", True),
        ("either", "read_payment_terms", True),
        ("either", None, False),
    ],
)
async def test_payment_terms_need_their_scope(needed: Any, granted: str | None, allowed: bool) -> None:
    host = a_partner(payment_terms_scope=needed)
    scopes = [name for name in ALL_SCOPES if name != "write_payment_terms"] + ([granted] if granted else [])
    host.store.app.scopes = host.token.scopes = scopes
    mutation = "mutation($input: DraftOrderInput!){draftOrderCreate(input: $input){draftOrder{id} userErrors{message}}}"
    content = {"lineItems": [line(host)], "paymentTerms": net_terms(host)}

    answer = (await host.post(mutation, {"input": content})).json()

    assert ("errors" not in answer) is allowed
    assert allowed or answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


async def test_templates_of_payment_terms_are_listed() -> None:
    host = a_partner()

    data = await host.ask("{paymentTermsTemplates(paymentTermsType: NET){name dueInDays paymentTermsType}}")

    assert {"name": "Net 30", "dueInDays": 30, "paymentTermsType": "NET"} in data["paymentTermsTemplates"]
