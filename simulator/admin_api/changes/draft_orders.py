"""Mutations of draft orders: created, rewritten as a whole, completed once, deleted."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.changes.metafields import MetafieldRefusal, check_inputs, write_inputs
from simulator.admin_api.errors import access_denied, user_error
from simulator.admin_api.mutations import Payload, Refused, mutation
from simulator.admin_api.resolvers.ids import find, number_of
from simulator.world.currencies import rounded
from simulator.world.draft_orders import complete_draft, create_draft, delete_draft, update_draft
from simulator.world.errors import Impossible, Unknown
from simulator.world.model import Address, Attribute, PaymentTerms
from simulator.world.order_model import DraftOrder, ShippingLine
from simulator.world.placing import terms_from_template

MAX_LINES = 499
MAX_TAG = 40
MAX_TAGS = 250
PLAIN_FIELDS = {
    "note": "note",
    "email": "email",
    "phone": "phone",
    "poNumber": "po_number",
    "sourceName": "source_name",
    "taxExempt": "tax_exempt",
    "reserveInventoryUntil": "reserve_inventory_until",
    "acceptAutomaticDiscounts": "accept_automatic_discounts",
    "allowDiscountCodesInCheckout": "allow_discount_codes",
    "visibleToCustomer": "visible_to_customer",
}
_TERMS_SCOPES = {
    "read": ("read_payment_terms",),
    "write": ("write_payment_terms",),
    "either": ("read_payment_terms", "write_payment_terms"),
}


@mutation("draftOrderCreate")
def create(call: Call, input: dict[str, Any]) -> Payload:
    """Make a draft order."""
    if not input.get("lineItems"):
        raise Refused(user_error(["lineItems"], "Add at least 1 product"))
    fields = _fields(call, input, "draftOrderCreate")
    try:
        draft = create_draft(call.world, call.store, fields)
    except (Impossible, Unknown) as error:
        raise Refused(user_error(["lineItems"], str(error))) from error
    write_inputs(call, input.get("metafields"), (draft.gid, "DRAFTORDER"))
    call.touched(draft)
    return {"draftOrder": draft}


@mutation("draftOrderUpdate")
def update(call: Call, id: str, input: dict[str, Any]) -> Payload:
    """Rewrite a draft: fields that are given replace what was there, the lines as a whole."""
    draft = _open(call, id)
    if "lineItems" in input and not input["lineItems"]:
        raise Refused(user_error(["lineItems"], "Add at least 1 product"))
    fields = _fields(call, input, "draftOrderUpdate", draft)
    try:
        update_draft(call.world, call.store, draft, fields)
    except (Impossible, Unknown) as error:
        raise Refused(user_error(["lineItems"], str(error))) from error
    write_inputs(call, input.get("metafields"), (draft.gid, "DRAFTORDER"))
    call.touched(draft)
    return {"draftOrder": draft}


@mutation("draftOrderComplete")
def complete(call: Call, id: str, payment_pending: bool = False) -> Payload:
    """Make an order of the draft: paid, unless it has payment terms or is marked pending."""
    draft = _open(call, id, "This order has already been paid for.")
    try:
        if payment_pending and draft.payment_terms is None:
            draft.payment_terms = terms_from_template(call.world, call.store, "Due on receipt")
        order = complete_draft(call.world, call.store, draft)
    except (Impossible, Unknown) as error:
        raise Refused(user_error(None, str(error))) from error
    call.touched(draft)
    call.touched(order)
    return {"draftOrder": draft}


@mutation("draftOrderDelete")
def delete(call: Call, input: dict[str, Any]) -> Payload:
    """Delete a draft that did not become an order."""
    draft = _open(call, input["id"])
    delete_draft(call.world, call.store, draft)
    call.touched(draft)
    return {"deletedId": draft.gid}


@mutation("draftOrderInvoiceSend")
def send_invoice(call: Call, id: str, email: dict[str, Any] | None = None) -> Payload:
    """Mail the draft's invoice link: the draft is then INVOICE_SENT."""
    draft = _open(call, id)
    draft.status, draft.invoice_sent_at = "INVOICE_SENT", call.now
    update_draft(call.world, call.store, draft, {})
    call.touched(draft)
    return {"draftOrder": draft}


def _open(call: Call, gid: str, completed: str = "Draft order has been completed and can't be changed.") -> DraftOrder:
    draft: DraftOrder | None = find(call, gid, "DraftOrder")
    if draft is None:
        raise Refused(user_error(["id"], "Draft order does not exist"))
    if draft.status == "COMPLETED":
        raise Refused(user_error(None, completed))
    return draft


def _fields(call: Call, input: dict[str, Any], field: str, draft: DraftOrder | None = None) -> dict[str, Any]:
    fields = {ours: input[theirs] for theirs, ours in PLAIN_FIELDS.items() if theirs in input}
    made: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "tags": ("tags", lambda tags: checked_tags(tags or [], ["tags"])),
        "customAttributes": ("attributes", _attributes),
        "shippingAddress": ("shipping_address", address_of),
        "billingAddress": ("billing_address", address_of),
        "shippingLine": ("shipping_line", lambda line: _shipping_line(call, line)),
        "paymentTerms": ("payment_terms", lambda terms: _terms(call, terms, field)),
        "purchasingEntity": ("customer_id", lambda buyer: _customer_number((buyer or {}).get("customerId"))),
        "lineItems": ("lines", lambda lines: _lines(call, lines)),
    }
    fields |= {ours: make(input[theirs]) for theirs, (ours, make) in made.items() if theirs in input}
    try:
        check_inputs(call, input.get("metafields") or [], "DRAFTORDER", None if draft is None else draft.gid)
    except MetafieldRefusal as error:
        raise Refused(user_error(["metafields", *error.path], error.message)) from error
    return fields


def checked_tags(tags: list[str], path: list[str]) -> list[str]:
    """The tags, cut of blanks; longer than 40 characters or more than 250 are refused."""
    cleaned = [part.strip() for tag in tags for part in tag.split(",")]
    if any(len(tag) > MAX_TAG for tag in cleaned):
        raise Refused(user_error(path, f"Tags are too long (maximum is {MAX_TAG} characters)"))
    if len(set(cleaned)) > MAX_TAGS:
        raise Refused(user_error(path, f"Too many tags (maximum is {MAX_TAGS})"))
    return [tag for tag in cleaned if tag]


def _customer_number(gid: str | None) -> int | None:
    return None if gid is None else number_of(gid, "Customer")


def _attributes(inputs: list[dict[str, Any]] | None) -> list[Attribute]:
    return [Attribute(key=one["key"], value=one["value"]) for one in inputs or []]


def address_of(input: dict[str, Any] | None) -> Address | None:
    """A MailingAddressInput as the world keeps it."""
    if input is None:
        return None
    return Address(
        first_name=input.get("firstName"),
        last_name=input.get("lastName"),
        company=input.get("company"),
        address1=input.get("address1"),
        address2=input.get("address2"),
        city=input.get("city"),
        province_code=input.get("provinceCode"),
        province=input.get("province"),
        country=input.get("country"),
        country_code=input.get("countryCode"),
        zip=input.get("zip"),
        phone=input.get("phone"),
    )


def _shipping_line(call: Call, input: dict[str, Any] | None) -> ShippingLine | None:
    if input is None:
        return None
    price = (input.get("priceWithCurrency") or {}).get("amount", Decimal(0))
    return ShippingLine(id=call.world.new_id(), title=input.get("title") or "Shipping", price=price)


def _terms(call: Call, input: dict[str, Any] | None, field: str) -> PaymentTerms | None:
    scopes = _TERMS_SCOPES[call.world.switches.payment_terms_scope]
    if not call.may(scopes):
        raise access_denied(field, scopes)
    if input is None:
        return None
    number = number_of(
        input.get("paymentTermsTemplateId") or "gid://shopify/PaymentTermsTemplate/0", "PaymentTermsTemplate"
    )
    if number not in call.store.payment_terms_templates:
        raise Refused(user_error(["paymentTerms", "paymentTermsTemplateId"], "Payment terms template does not exist."))
    terms = terms_from_template(call.world, call.store, number)
    schedule: dict[str, Any] = next(iter(input.get("paymentSchedules") or []), {})
    if terms.payment_terms_type == "NET" and not schedule.get("issuedAt"):
        message = "The payment terms need a schedule with its date of issue."
        raise Refused(user_error(["paymentTerms", "paymentSchedules"], message))
    terms.issued_at, terms.due_at = schedule.get("issuedAt"), schedule.get("dueAt")
    return terms


def _lines(call: Call, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(inputs) > MAX_LINES:
        raise Refused(user_error(["lineItems"], f"Draft orders can have at most {MAX_LINES} line items."))
    return [_line(call, one, ["lineItems", str(number)]) for number, one in enumerate(inputs)]


def _line(call: Call, input: dict[str, Any], path: list[str]) -> dict[str, Any]:
    if input["quantity"] < 1:
        raise Refused(user_error([*path, "quantity"], "Quantity must be greater than or equal to 1"))
    line = {
        "quantity": input["quantity"],
        "uuid": input.get("uuid"),
        "properties": _attributes(input.get("customAttributes")),
        "price_override": _price(call, input.get("priceOverride"), [*path, "priceOverride"]),
    }
    if input.get("variantId"):
        variant = find(call, input["variantId"], "ProductVariant")
        if variant is None:
            number = input["variantId"].rsplit("/", 1)[-1]
            raise Refused(user_error(None, f"Product with ID {number} is no longer available."))
        line["variant_id"] = variant.id
        original = variant.price
    else:
        original = _price(call, input.get("originalUnitPriceWithCurrency"), path)
        if original is None or not input.get("title"):
            raise Refused(user_error(path, "A custom line item has a title and a price"))
        line |= {"title": input["title"], "sku": input.get("sku"), "original_price": original}
        line["requires_shipping"] = input.get("requiresShipping") is not False
    price = line["price_override"] if line["price_override"] is not None else original
    line["discount"] = _discount(input.get("appliedDiscount"), price, input["quantity"], call.store.currency)
    return line


def _price(call: Call, input: dict[str, Any] | None, path: list[str]) -> Decimal | None:
    if input is None:
        return None
    amount: Decimal = input["amount"]
    if input["currencyCode"] != call.store.currency:
        raise Refused(user_error(path, f"Price must be in the presentment currency {call.store.currency}"))
    if amount < 0 or not math.isfinite(amount):
        raise Refused(user_error(path, "Price must be greater than or equal to 0"))
    return rounded(amount, call.store.currency)


def _discount(input: dict[str, Any] | None, price: Decimal, quantity: int, currency: str) -> Decimal:
    if input is None:
        return Decimal(0)
    value = Decimal(str(input["value"]))
    whole = price * quantity
    amount = whole * value / 100 if input["valueType"] == "PERCENTAGE" else value * quantity
    return min(whole, rounded(amount, currency))
