"""Lines of orders, and the variant or product each one stands for."""

from dataclasses import dataclass
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.money import money_bag
from simulator.admin_api.registry import attribute, resolves
from simulator.world.model import Attribute, Product, Variant
from simulator.world.order_model import Order, OrderLine


@dataclass(frozen=True)
class LineNode:
    """A line with its order."""

    order: Order
    line: OrderLine

    @property
    def gid(self) -> str:
        return self.line.gid

    @property
    def id(self) -> int:
        return self.line.id


def line_nodes(order: Order) -> list[LineNode]:
    """The order's lines."""
    return [LineNode(order, line) for line in order.lines]


def line_node(order: Order, line_id: int) -> LineNode:
    """One of the order's lines."""
    return next(node for node in line_nodes(order) if node.id == line_id)


def key_values(attributes: list[Attribute]) -> list[dict[str, Any]]:
    """Custom attributes as the type Attribute."""
    return [{"key": one.key, "value": one.value} for one in attributes]


def live_variant(call: Call, variant_id: int | None) -> Variant | None:
    """The variant, unless it was deleted."""
    variant = None if variant_id is None else call.store.variants.get(variant_id)
    return variant if variant is not None and variant.deleted_at is None else None


def live_product(call: Call, product_id: int | None) -> Product | None:
    """The product, unless it was deleted."""
    product = None if product_id is None else call.store.products.get(product_id)
    return product if product is not None and product.deleted_at is None else None


def _name(node: LineNode, _call: Call) -> str:
    title = node.line.variant_title
    return f"{node.line.title} - {title}" if title and title != "Default Title" else node.line.title


def _refundable(node: LineNode, _call: Call) -> int:
    return node.line.current_quantity


def _money(amount: Any) -> Any:
    return lambda node, _call: money_bag(amount(node.line), node.order.currency)


def _of_line(name: str) -> Any:
    return lambda node, _call: getattr(node.line, name)


def _selling_plan(node: LineNode, _call: Call) -> dict[str, Any] | None:
    plan = node.line.selling_plan
    return {"name": "Every month", "sellingPlanId": plan} if plan else None


_DISCOUNTED = _money(lambda line: line.price * line.quantity - line.discount)

resolves(
    "LineItem",
    {
        "id": attribute("gid"),
        "title": _of_line("title"),
        "name": _name,
        "sku": _of_line("sku"),
        "quantity": _of_line("quantity"),
        "currentQuantity": _of_line("current_quantity"),
        "unfulfilledQuantity": _of_line("unfulfilled_quantity"),
        "fulfillableQuantity": _of_line("unfulfilled_quantity"),
        "nonFulfillableQuantity": lambda node, _: node.line.quantity - node.line.unfulfilled_quantity,
        "refundableQuantity": _refundable,
        "variant": lambda node, call: live_variant(call, node.line.variant_id),
        "product": lambda node, call: live_product(call, node.line.product_id),
        "variantTitle": _of_line("variant_title"),
        "vendor": _of_line("vendor"),
        "requiresShipping": _of_line("requires_shipping"),
        "taxable": _of_line("taxable"),
        "isGiftCard": _of_line("gift_card"),
        "customAttributes": lambda node, _: key_values(node.line.properties),
        "originalUnitPriceSet": _money(lambda line: line.price),
        "discountedUnitPriceSet": _money(lambda line: line.price - line.discount / max(1, line.quantity)),
        "originalTotalSet": _money(lambda line: line.price * line.quantity),
        "discountedTotalSet": lambda node, call, with_code_discounts=False: _DISCOUNTED(node, call),
        "totalDiscountSet": _money(lambda line: line.discount),
        "image": lambda _node, _call: None,
        "sellingPlan": _selling_plan,
    },
)
