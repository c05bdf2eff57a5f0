"""Everything that answers a field: importing this module registers all resolvers and mutations."""

from simulator.admin_api.changes import draft_orders as draft_order_changes
from simulator.admin_api.changes import fulfillment as fulfillment_changes
from simulator.admin_api.changes import inventory as inventory_changes
from simulator.admin_api.changes import metafields as metafield_changes
from simulator.admin_api.changes import products as product_changes
from simulator.admin_api.changes import shop as shop_changes
from simulator.admin_api.changes import tags as tag_changes
from simulator.admin_api.changes import webhooks as webhook_changes
from simulator.admin_api.resolvers import (
    addresses,
    adjustments,
    draft_orders,
    fulfillment,
    inventory,
    locations,
    metafields,
    nodes,
    order_lines,
    orders,
    products,
    publications,
    shop,
    variants,
    webhooks,
)

MODULES = (
    addresses,
    adjustments,
    draft_orders,
    draft_order_changes,
    fulfillment,
    fulfillment_changes,
    inventory,
    inventory_changes,
    locations,
    metafields,
    metafield_changes,
    nodes,
    order_lines,
    orders,
    products,
    product_changes,
    publications,
    shop,
    shop_changes,
    tag_changes,
    variants,
    webhooks,
    webhook_changes,
)
