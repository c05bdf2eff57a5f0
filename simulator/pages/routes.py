"""All pages for people; the application that serves them keeps `world` and `clockmaker` in its state."""

from starlette.routing import Route

from simulator.pages import (
    apps,
    draft_orders,
    frame,
    images,
    order_status,
    orders,
    overview,
    products,
    scripts,
    storefront,
)
from simulator.pages.view import explained

# The frame's last addresses match much, so the apps page comes before it.
PAGES = (overview, apps, frame, products, orders, draft_orders, storefront, order_status)

routes: list[Route] = [
    *scripts.routes,
    *images.routes,
    *(Route(one.path, explained(one.endpoint), methods=one.methods) for page in PAGES for one in page.routes),
]
