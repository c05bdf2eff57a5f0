"""The retailer's partners: the list, the invitation, one partner with health, terms and calendar."""

from starlette.requests import Request
from starlette.responses import Response

from app.events.queries import timeline
from app.partners import overview, service
from app.partners.queries import find_partner_at, get_partner
from app.partners.service import Invited
from app.stores.queries import get_settings
from embedded_ui.forms.partners import CalendarForm, read_buffer, read_contact, read_proposal, read_shop
from embedded_ui.session import Visit, redirect
from embedded_ui.turbo import answer_with_stream


async def index(visit: Visit, request: Request) -> Response:
    """Show every partner with how it stands."""
    return visit.page("partners/index.html", partners=await overview.list_partners(visit.uow))


async def new(visit: Visit, request: Request) -> Response:
    """Show the invitation's form; with the partner that is known at the address that was refused."""
    session, store_id = visit.uow.session, visit.store.id
    shop = read_shop(visit.form.value("shop")) or ""
    return visit.page(
        "partners/new.html",
        defaults=await get_settings(session, store_id),
        known=await find_partner_at(session, store_id, shop),
    )


async def create(visit: Visit, request: Request) -> Response:
    """Invite a partner and show the link, which is shown only now."""
    proposal = read_proposal(await request.form())
    return await _show_link(visit, request, await service.invite_partner(visit.uow, visit.store, proposal))


async def renew(visit: Visit, request: Request) -> Response:
    """Make another link; the one before stops working."""
    return await _show_link(visit, request, await service.renew_invitation(visit.uow, _partner_id(request)))


async def show(visit: Visit, request: Request) -> Response:
    """Show one partner."""
    partner_id = _partner_id(request)
    shown = await overview.read_partner(visit.uow, partner_id)
    return visit.page(
        "partners/show.html", shown=shown, entries=await timeline(visit.uow.session, "partner", str(partner_id))
    )


async def withdraw(visit: Visit, request: Request) -> Response:
    """Take the invitation back."""
    await service.withdraw_invitation(visit.uow, _partner_id(request))
    return redirect("/app/partners", told="withdrawn")


async def change_contact(visit: Visit, request: Request) -> Response:
    """Call the partner otherwise, or write to another address."""
    name, email = read_contact(await request.form())
    await service.change_contact(visit.uow, _partner_id(request), name, email)
    return redirect(f"/app/partners/{_partner_id(request)}", told="contact")


async def change_calendar(visit: Visit, request: Request) -> Response:
    """Let the partner's week end at another time."""
    form = CalendarForm.read(await request.form())
    await service.change_calendar(visit.uow, _partner_id(request), form.weekday, form.cutoff_time)
    return redirect(f"/app/partners/{_partner_id(request)}", told="calendar")


async def change_buffer(visit: Visit, request: Request) -> Response:
    """Leave another number of units to the partner."""
    await service.change_buffer(visit.uow, _partner_id(request), read_buffer(await request.form()))
    return redirect(f"/app/partners/{_partner_id(request)}", told="buffer")


async def check(visit: Visit, request: Request) -> Response:
    """Ask for the pre-flight check to be made again."""
    await service.ask_for_check(visit.uow, _partner_id(request))
    return redirect(f"/app/partners/{_partner_id(request)}", told="checking")


async def disconnect(visit: Visit, request: Request) -> Response:
    """End the partnership."""
    await service.disconnect_partner(visit.uow, _partner_id(request))
    return redirect("/app/partners", told="disconnected")


async def _show_link(visit: Visit, request: Request, invited: Invited) -> Response:
    partner = await get_partner(visit.uow.session, visit.store.id, invited.partner_id)
    link = f"{visit.settings.app_url}/invitations/{invited.token}"
    return answer_with_stream(visit, request, "partners/invited", partner=partner, link=link)


def _partner_id(request: Request) -> int:
    found: int = request.path_params["partner_id"]
    return found
