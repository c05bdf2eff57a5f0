"""The writes of the control API: what each does, as one table of path, body and function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.control import bodies, catalog_verbs, order_verbs, store_verbs
from simulator.control.answers import Answer
from simulator.world.world import World

Path = Mapping[str, str]


@dataclass(frozen=True)
class Verb:
    """A write on a store: its method and path below `/stores/{shop}`, the type of its body, its function."""

    method: str
    path: str
    body: type[bodies.Body]
    act: Callable[[World, Path, Any], Answer]

    @property
    def name(self) -> str:
        return f"{self.method} /stores{self.path}"


VERBS: tuple[Verb, ...] = (
    Verb("POST", "", bodies.CreateStore, store_verbs.create),
    Verb("PATCH", "/{shop}", bodies.PatchStore, store_verbs.change),
    Verb("POST", "/{shop}/locations", bodies.LocationBody, store_verbs.add_place),
    Verb("POST", "/{shop}/locations/{id}/deactivate", bodies.Nothing, store_verbs.deactivate_place),
    Verb("POST", "/{shop}/app/install", bodies.Install, store_verbs.install_app),
    Verb("POST", "/{shop}/app/uninstall", bodies.Nothing, store_verbs.uninstall_app),
    Verb("POST", "/{shop}/app/scopes", bodies.SetScopes, store_verbs.grant_scopes),
    Verb("POST", "/{shop}/app/freeze", bodies.Freeze, store_verbs.freeze_store),
    Verb("POST", "/{shop}/tokens/expire", bodies.Nothing, store_verbs.let_tokens_expire),
    Verb("POST", "/{shop}/tokens/revoke", bodies.Nothing, store_verbs.take_tokens_back),
    Verb("POST", "/{shop}/products", bodies.CreateProduct, catalog_verbs.create_product),
    Verb("DELETE", "/{shop}/products/{id}", bodies.Nothing, catalog_verbs.remove_product),
    Verb("POST", "/{shop}/products/{id}/publish", bodies.Publish, catalog_verbs.publish),
    Verb("PATCH", "/{shop}/variants/{id}", bodies.VariantFields, catalog_verbs.patch_variant),
    Verb("DELETE", "/{shop}/variants/{id}", bodies.Nothing, catalog_verbs.remove_variant),
    Verb("PUT", "/{shop}/inventory", bodies.SetInventory, catalog_verbs.put_inventory),
    Verb("POST", "/{shop}/orders", bodies.PlaceOrder, order_verbs.place),
    Verb("DELETE", "/{shop}/orders/{id}", bodies.Nothing, order_verbs.remove),
    Verb("POST", "/{shop}/orders/{id}/pay", bodies.Pay, order_verbs.pay),
    Verb("POST", "/{shop}/orders/{id}/edit", bodies.EditOrder, order_verbs.edit),
    Verb("POST", "/{shop}/orders/{id}/cancel", bodies.CancelOrder, order_verbs.cancel),
    Verb("POST", "/{shop}/orders/{id}/refund", bodies.RefundOrder, order_verbs.refund),
    Verb("POST", "/{shop}/orders/{id}/hold", bodies.HoldOrder, order_verbs.hold),
    Verb("POST", "/{shop}/orders/{id}/release", bodies.Nothing, order_verbs.release),
    Verb("POST", "/{shop}/orders/{id}/risk", bodies.RiskBody, order_verbs.judge_risk),
    Verb("POST", "/{shop}/orders/{id}/fulfillments", bodies.Fulfill, order_verbs.fulfill),
    Verb("PATCH", "/{shop}/fulfillments/{id}", bodies.PatchFulfillment, order_verbs.track),
    Verb("DELETE", "/{shop}/fulfillments/{id}", bodies.Nothing, order_verbs.undo_fulfillment),
    Verb("POST", "/{shop}/fulfillments/{id}/events", bodies.FulfillmentEventBody, order_verbs.note_event),
    Verb("POST", "/{shop}/fulfillment_orders/{id}/move", bodies.Move, order_verbs.move),
    Verb("POST", "/{shop}/draft_orders/{id}/edit", bodies.EditDraft, order_verbs.edit_draft),
    Verb("POST", "/{shop}/draft_orders/{id}/complete", bodies.Nothing, order_verbs.finish_draft),
    Verb("DELETE", "/{shop}/draft_orders/{id}", bodies.Nothing, order_verbs.remove_draft),
)
