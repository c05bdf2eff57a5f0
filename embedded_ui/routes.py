"""The table of routes: every page of the product, whose it is, and how it uses the database."""

from functools import partial
from typing import Any

from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from embedded_ui.pages import (
    access,
    catalogue,
    desk,
    desk_orders,
    exceptions,
    home,
    invitations,
    master_orders,
    onboarding,
    orders,
    packing,
    partners,
    receiving,
    settings,
    shipments,
    stock,
)
from embedded_ui.session import Services
from embedded_ui.templating import STATIC
from embedded_ui.wrapper import Handler, Kind, PageEndpoint, PageRoute, Who

RETAILER = frozenset({Who.RETAILER})
PARTNER = frozenset({Who.PARTNER})
NEW = frozenset({Who.NEW})
BOTH = RETAILER | PARTNER
EVERYONE = BOTH | NEW
MAX_BODY = 1024 * 1024


class Assets(StaticFiles):
    """Static files; their addresses carry what is in them, so a browser may keep them for good."""

    def file_response(self, *args: Any, **named: Any) -> Response:
        """Return the file, to be kept."""
        response = super().file_response(*args, **named)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class IdConvertor(Convertor[int]):
    """A number that an id of ours can be; anything else is no address of ours."""

    regex = r"[1-9][0-9]{0,17}(?!\n)"  # the router lets a last end of line pass

    def convert(self, value: str) -> int:
        """Return the id."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return the id as it stands in an address."""
        return str(value)


register_url_convertor("id", IdConvertor())


def verb(method: str, path: str, handler: Handler, who: frozenset[Who], form: Handler | None = None) -> PageRoute:
    """A page around one transaction; `form` is the page shown again when what was typed is refused."""
    return PageRoute(method, path, handler, who, Kind.VERB, form)


def flow(method: str, path: str, handler: Handler, who: frozenset[Who], form: Handler | None = None) -> PageRoute:
    """A page that calls Shopify: it opens its own short units of work."""
    return PageRoute(method, path, handler, who, Kind.FLOW, form)


WELCOME = flow("GET", "/app", onboarding.welcome, NEW)

TABLE: tuple[PageRoute, ...] = (
    # every store
    verb("GET", "/app", home.show, RETAILER),
    verb("GET", "/app/latest-orders", home.latest, RETAILER),
    flow("GET", "/app", desk.show, PARTNER),
    WELCOME,
    verb("POST", "/app/role", onboarding.choose_role, NEW, form=onboarding.welcome),
    flow("POST", "/app/permissions", onboarding.read_permissions, BOTH),
    # the retailer's settings
    flow("GET", "/app/settings", settings.show, RETAILER),
    flow("POST", "/app/settings/centre", settings.choose_centre, RETAILER, form=settings.show),
    flow("POST", "/app/settings/stock-location", settings.choose_stock_location, RETAILER, form=settings.show),
    flow("POST", "/app/settings/stock-location/create", settings.create_stock_location, RETAILER, form=settings.show),
    verb("POST", "/app/settings/defaults", settings.change_defaults, RETAILER, form=settings.show),
    # partners
    verb("GET", "/app/partners", partners.index, RETAILER),
    verb("GET", "/app/partners/invite", partners.new, RETAILER),
    verb("POST", "/app/partners/invite", partners.create, RETAILER, form=partners.new),
    verb("GET", "/app/partners/{partner_id:id}", partners.show, RETAILER),
    verb("POST", "/app/partners/{partner_id:id}/link", partners.renew, RETAILER, form=partners.show),
    verb("POST", "/app/partners/{partner_id:id}/withdraw", partners.withdraw, RETAILER, form=partners.show),
    verb("POST", "/app/partners/{partner_id:id}/contact", partners.change_contact, RETAILER, form=partners.show),
    verb("POST", "/app/partners/{partner_id:id}/calendar", partners.change_calendar, RETAILER, form=partners.show),
    verb("POST", "/app/partners/{partner_id:id}/buffer", partners.change_buffer, RETAILER, form=partners.show),
    verb("POST", "/app/partners/{partner_id:id}/check", partners.check, RETAILER, form=partners.show),
    verb("POST", "/app/partners/{partner_id:id}/disconnect", partners.disconnect, RETAILER, form=partners.show),
    verb(
        "POST", "/app/partners/{partner_id:id}/products-gone", catalogue.confirm_gone, RETAILER, form=exceptions.index
    ),
    # products and stock
    verb("GET", "/app/catalogue", catalogue.index, RETAILER),
    flow("GET", "/app/catalogue/{partner_id:id}", catalogue.browse, RETAILER),
    flow("GET", "/app/catalogue/{partner_id:id}/choose", catalogue.choose, RETAILER),
    verb("POST", "/app/catalogue/{partner_id:id}/import", catalogue.create_import, RETAILER, form=catalogue.choose),
    verb("GET", "/app/imports/{import_id:id}", catalogue.show_import, RETAILER),
    verb("POST", "/app/imports/{import_id:id}/retry", catalogue.retry_import, RETAILER, form=catalogue.show_import),
    verb("GET", "/app/stock", stock.index, RETAILER),
    verb("GET", "/app/stock/{mapping_id:id}", stock.show, RETAILER),
    verb("POST", "/app/stock/{mapping_id:id}/sync", stock.sync_number, RETAILER, form=stock.show),
    verb("POST", "/app/stock/{mapping_id:id}/leave-out", stock.leave_out, RETAILER, form=stock.show),
    verb("POST", "/app/stock/{mapping_id:id}/source/{variant_id:id}", stock.choose_source, RETAILER, form=stock.show),
    verb("POST", "/app/stock/sync/{partner_id:id}", stock.sync, RETAILER, form=stock.index),
    # orders, and what is ordered for them
    verb("GET", "/app/orders", orders.index, RETAILER),
    verb("GET", "/app/orders/{order_id:id}", orders.show, RETAILER),
    verb("POST", "/app/orders/{order_id:id}/gone", orders.give_up, RETAILER),
    verb("GET", "/app/master-orders", master_orders.index, RETAILER),
    verb("GET", "/app/master-orders/{cycle_id:id}", master_orders.show, RETAILER),
    verb("POST", "/app/master-orders/{cycle_id:id}/look-again", master_orders.look_again, RETAILER),
    verb("POST", "/app/master-orders/{cycle_id:id}/send-again", master_orders.send_again, RETAILER),
    verb("POST", "/app/master-orders/{cycle_id:id}/order-again", master_orders.order_again, RETAILER),
    verb(
        "POST",
        "/app/master-orders/{cycle_id:id}/lines/{variant_id:id}/keep",
        master_orders.keep,
        RETAILER,
        form=master_orders.show,
    ),
    verb(
        "POST",
        "/app/master-orders/{cycle_id:id}/lines/{variant_id:id}/restore",
        master_orders.restore,
        RETAILER,
        form=master_orders.show,
    ),
    # the centre
    verb("GET", "/app/receiving", receiving.index, RETAILER),
    verb("GET", "/app/receiving/{parcel_id:id}", receiving.show, RETAILER),
    verb("POST", "/app/receiving/{parcel_id:id}", receiving.receive, RETAILER, form=receiving.show),
    verb("GET", "/app/receiving/{parcel_id:id}/correct", receiving.correction, RETAILER),
    verb("POST", "/app/receiving/{parcel_id:id}/correct", receiving.correct, RETAILER, form=receiving.correction),
    verb("GET", "/app/packing", packing.index, RETAILER),
    verb("GET", "/app/packing/{order_id:id}", packing.show, RETAILER),
    verb("POST", "/app/packing/{order_id:id}", packing.pack, RETAILER, form=packing.show),
    verb("GET", "/app/shipments", shipments.index, RETAILER),
    verb("GET", "/app/shipments/{shipment_id:id}", shipments.show, RETAILER),
    verb("POST", "/app/shipments/{shipment_id:id}/hand-over", shipments.hand_over, RETAILER, form=shipments.show),
    verb("POST", "/app/shipments/{shipment_id:id}/look-again", shipments.look_again, RETAILER),
    verb("POST", "/app/shipments/{shipment_id:id}/send-again", shipments.send_again, RETAILER),
    verb("POST", "/app/shipments/{shipment_id:id}/tracking", shipments.correct, RETAILER, form=shipments.show),
    verb("POST", "/app/shipments/{shipment_id:id}/unpack", shipments.unpack, RETAILER, form=shipments.show),
    # what cannot proceed
    verb("GET", "/app/exceptions", exceptions.index, RETAILER),
    flow("POST", "/app/exceptions/permission", exceptions.read_permission, RETAILER),
    verb("POST", "/app/exceptions/{exception_id:id}/done", exceptions.done, RETAILER, form=exceptions.index),
    verb("POST", "/app/exceptions/jobs/{run_id:id}/retry", exceptions.retry, RETAILER, form=exceptions.index),
    # the partner's desk
    flow("GET", "/app/desk", desk.show, PARTNER),
    flow("GET", "/app/desk/connect", desk.connect, PARTNER | NEW),
    flow("POST", "/app/desk/connect/{invitation_id:id}/accept", desk.accept, EVERYONE, form=desk.connect),
    flow("POST", "/app/desk/connect/{invitation_id:id}/decline", desk.decline, EVERYONE, form=desk.connect),
    flow("POST", "/app/desk/partnerships/{partner_id:id}/disconnect", desk.disconnect, PARTNER, form=desk.show),
    flow("GET", "/app/desk/partnerships/{partner_id:id}/orders", desk_orders.index, PARTNER),
    flow("GET", "/app/desk/partnerships/{partner_id:id}/orders/{cycle_id:id}", desk_orders.show, PARTNER),
)


def routes(services: Services) -> list[BaseRoute]:
    """Return what the web application serves of this package."""
    paths: dict[str, list[PageRoute]] = {}
    for row in TABLE:
        paths.setdefault(row.path, []).append(row)
    return [
        Route("/", partial(access.front, services)),
        *(
            Route(path, PageEndpoint(services, tuple(rows), TABLE, WELCOME), max_body_size=MAX_BODY)
            for path, rows in paths.items()
        ),
        Route("/app/{rest:path}", PageEndpoint(services, (), TABLE, WELCOME)),
        Route(access.PATCH_PATH, partial(access.patch_id_token, services)),
        Route("/auth/callback", partial(access.callback, services)),
        Route("/auth/exit-iframe", partial(access.exit_iframe, services)),
        Route("/invitations/{token}", partial(invitations.show, services)),
        Route("/invitations/{token}/authorize", partial(invitations.authorize, services)),
        Mount("/static", Assets(directory=STATIC)),
    ]
