"""The verbs of stores."""

from app.stores.service.access import (
    Held,
    drop_lease,
    lease_refresh,
    mark_access,
    read_held,
    record_refresh,
    take_turn,
)
from app.stores.service.authorization import begin_authorization, claim_authorization
from app.stores.service.installation import (
    Installation,
    choose_role,
    erase_store,
    identify_store,
    install_store,
    record_details,
    record_scopes,
    uninstall_store,
)
from app.stores.service.onboarding import Centre, change_defaults, choose_centre, choose_stock_location
from app.stores.service.privacy import (
    CUSTOMER,
    DATA_REQUEST,
    SHOP,
    Asked,
    RequestFacts,
    get_request,
    list_requests,
    note_request,
    take_request,
    write_receipt,
)
from app.stores.service.rotation import ask_for_renewals, list_tied_elsewhere, reseal_some

__all__ = [
    "CUSTOMER",
    "DATA_REQUEST",
    "SHOP",
    "Asked",
    "Centre",
    "Held",
    "Installation",
    "RequestFacts",
    "ask_for_renewals",
    "begin_authorization",
    "change_defaults",
    "choose_centre",
    "choose_role",
    "choose_stock_location",
    "claim_authorization",
    "drop_lease",
    "erase_store",
    "get_request",
    "identify_store",
    "install_store",
    "lease_refresh",
    "list_requests",
    "list_tied_elsewhere",
    "mark_access",
    "note_request",
    "read_held",
    "record_details",
    "record_refresh",
    "record_scopes",
    "reseal_some",
    "take_request",
    "take_turn",
    "uninstall_store",
    "write_receipt",
]
