"""What nobody has verified of the platform: each doubt is a switch, so that the hub can be tried on both sides."""

from dataclasses import dataclass, fields, replace
from typing import Literal, Self

from simulator.world.draws import Draws


@dataclass(frozen=True, kw_only=True)
class Switches:
    """The doubts, each set to the answer held more likely. A boolean or a list of choices can be drawn by seed."""

    fulfillment_orders_late: bool = True  # they appear up to 30 s after the order
    inventory_commits_late: bool = True  # up to 8 s after the order
    draft_ready_late: bool = True  # up to 3 s after each write
    authorize_grants_code: bool = True  # the authorize link answers with a code; else it installs and opens the app
    draft_metafields_copied: bool = False  # to the order a draft becomes
    refund_without_restock_removes: bool = True  # refunded units need not be sent, even if they are not restocked
    hold_touches_order: bool = True  # a hold or its release changes the order's `updatedAt`
    stock_touches_product: bool = False  # a stock change alters `updatedAt` of product and variant
    inventory_set_all_or_nothing: bool = True  # one stale entry refuses the whole call
    large_products_cut: bool = True  # a webhook shows the first 100 variants, `variant_gids` all
    toml_topics_need_scope: bool = True  # an app-specific topic is silent where its scope is not granted
    exchanged_token_dies: bool = False  # a non-expiring token stops once it is exchanged for an expiring one
    payment_terms_scope: Literal["read", "write", "either"] = "either"  # needed to give a draft payment terms
    unpublished_until_published: bool = True  # products made by the API are on no sales channel
    frozen_status: Literal[402, 423] = 402  # what a frozen store answers
    protected_data: Literal["none", "level1", "level2"] = "level1"  # what the app is approved for; set, never drawn

    def drawn(self, draws: Draws) -> Self:
        """The same doubts, each answered by seed."""
        choices: dict[str, tuple[object, ...]] = {
            "payment_terms_scope": ("read", "write", "either"),
            "frozen_status": (402, 423),
            "protected_data": (self.protected_data,),
        }
        answers: dict[str, object] = {}
        for one in fields(self):
            possible = choices.get(one.name, (False, True))
            answers[one.name] = possible[draws.pick("", f"switch:{one.name}", 1, len(possible))]
        return replace(self, **answers)  # type: ignore[arg-type]
