"""What the pages do by themselves in a browser: loading is shown, toasts do not pile up, links are copied."""

import pytest
from playwright.async_api import expect

from tests.embedded_ui.browsing import window
from tests.support.shops import PARTNER
from tests.support.trade import Trade
from tests.support.weeks import close_week, sell, send_parcel, stock_centre

pytestmark = pytest.mark.anyio


async def test_a_visit_and_a_form_show_that_they_are_on_their_way(trade: Trade) -> None:
    partner_id = trade.link.partner.id
    async with window(trade.shops, trade.retailer) as staff:
        await staff.opens("/app/partners")
        await staff.page.get_by_role("link", name="Oak Roastery").click()
        await expect(staff.page.get_by_role("heading", name="Oak Roastery", level=1)).to_be_visible()
        visited = await staff.told()
        await staff.page.evaluate(
            """const button = document.querySelector("form[action$=buffer] s-button");
               document.addEventListener("turbo:submit-start",
                 () => told.push(["button", button.hasAttribute("loading")]))"""
        )
        await staff.page.get_by_role("button", name="Save buffer").click()
        await expect(staff.page.get_by_role("heading", name="Oak Roastery", level=1)).to_be_visible()
        await staff.page.wait_for_function("told.some(([what]) => what == 'toast')")
        await expect(staff.page.locator("s-button[loading]")).to_have_count(0)
        sent = (await staff.told())[len(visited) :]

    assert visited == [["loading", False], ["loading", True], ["loading", False]]
    assert sent[0] == ["loading", True]
    assert ["button", True] in sent
    assert [each for each in sent if each[0] == "loading"][-1] == ["loading", False]
    assert f"POST /app/partners/{partner_id}/buffer" in staff.asked


async def test_a_toast_ends_with_the_next_one_and_with_its_page(trade: Trade) -> None:
    async with window(trade.shops, trade.retailer) as staff:
        await staff.opens("/app/stock?told=retried")
        await staff.page.wait_for_function("told.some(([what]) => what == 'toast')")
        await staff.page.evaluate("Turbo.visit('/app/orders?told=packed')")
        await staff.page.wait_for_function("told.filter(([what]) => what == 'toast').length == 2")
        await staff.page.evaluate("Turbo.visit('/app/stock')")
        await staff.page.wait_for_function("told.filter(([what]) => what == 'hide').length == 2")
        told = [each for each in await staff.told() if each[0] != "loading"]

    assert told == [["toast", "Trying again"], ["hide", "toast-1"], ["toast", "Packed"], ["hide", "toast-2"]]


async def test_a_created_invitation_is_called_so_and_its_link_is_copied(trade: Trade) -> None:
    async with window(trade.shops, trade.retailer) as staff:
        await staff.opens("/app/partners/invite")
        await staff.page.get_by_label("Name").fill("Elm")
        await staff.page.get_by_label("Their Shopify address").fill("elm.myshopify.com")
        await staff.page.get_by_role("button", name="Create the invitation").click()
        await expect(staff.page.get_by_role("heading", name="Invitation created", level=1)).to_be_visible()
        title = await staff.page.title()
        focused = await staff.page.evaluate("document.activeElement.textContent")
        link = await staff.page.get_by_label("Link").input_value()
        await staff.page.get_by_role("button", name="Copy link").click()
        await staff.page.wait_for_function("told.some(([what]) => what == 'toast')")
        told = await staff.told()

    assert (title, focused) == ("Invitation created", "Copy link")
    assert "/invitations/" in link
    assert told[-1] == ["toast", "Copied"]
    assert PARTNER not in link


async def test_ticks_survive_a_search_and_end_with_the_import(trade: Trade) -> None:
    beans, tea = trade.product(title="House Blend"), trade.product(PARTNER, {"sku": "TEA"}, title="Green Tea")
    path = f"/app/catalogue/{trade.link.partner.id}"
    async with window(trade.shops, trade.retailer) as staff:
        page = staff.page
        await staff.opens(path)
        await expect(page.get_by_role("status")).to_have_text("Nothing chosen yet")
        await page.get_by_role("checkbox", name="House Blend").check()
        await expect(page.get_by_role("status")).to_have_text("1 chosen")
        await page.get_by_role("searchbox").fill("tea")
        await page.get_by_role("button", name="Search").click()
        await expect(page.get_by_role("checkbox", name="House Blend")).to_have_count(0)
        await page.get_by_role("checkbox", name="Green Tea").check()
        await expect(page.get_by_role("status")).to_have_text("2 chosen")
        await page.get_by_role("button", name="See prices").click()
        await page.get_by_role("button", name="Import 2 products").click()
        await expect(page.get_by_role("heading", name="Import from Oak Roastery", level=1)).to_be_visible()
        await staff.opens(path)
        await expect(page.get_by_role("status")).to_have_text("Nothing chosen yet")
        await expect(page.get_by_role("checkbox", name="House Blend")).not_to_be_checked()
        await page.get_by_role("checkbox", name="House Blend").check()
        await trade.settle()
        await staff.opens(f"{path}?search=tea")
        await expect(page.get_by_text("Everything on this page is imported")).to_be_visible()
        await expect(page.get_by_role("button", name="See prices")).to_be_enabled()
        await staff.opens(path)
        await expect(page.get_by_text("Everything on this page is imported")).to_be_visible()
        await expect(page.get_by_role("button", name="See prices")).to_have_count(0)

    asked = next(each for each in staff.asked if "/choose?" in each)
    assert {f"product={beans.id}", f"product={tea.id}"} == set(asked.partition("?")[2].split("&"))


async def test_all_of_a_page_are_chosen_and_cleared_at_once(trade: Trade) -> None:
    trade.product(title="House Blend")
    trade.product(PARTNER, {"sku": "TEA"}, title="Green Tea")
    async with window(trade.shops, trade.retailer) as staff:
        await staff.opens(f"/app/catalogue/{trade.link.partner.id}")
        await expect(staff.page.get_by_role("button", name="See prices")).to_be_disabled()
        await staff.page.get_by_role("button", name="Choose all on this page").click()
        await expect(staff.page.get_by_role("status")).to_have_text("2 chosen")
        await expect(staff.page.get_by_role("checkbox", name="Green Tea")).to_be_checked()
        await expect(staff.page.get_by_role("button", name="See prices")).to_be_enabled()
        await staff.page.get_by_role("button", name="Clear the choice").click()
        await expect(staff.page.get_by_role("status")).to_have_text("Nothing chosen yet")
        await expect(staff.page.get_by_role("checkbox", name="House Blend")).not_to_be_checked()


async def test_the_import_shows_the_prices_of_the_markup_that_is_typed_and_keeps_what_cannot_be(trade: Trade) -> None:
    product = trade.product()
    async with window(trade.shops, trade.retailer) as staff:
        await staff.opens(f"/app/catalogue/{trade.link.partner.id}/choose?product={product.id}")
        await staff.page.get_by_role("textbox", name="Markup").fill("-5")
        await staff.page.get_by_role("button", name="Import 1 product").click()
        await expect(staff.page.get_by_text("Enter a percentage from 0 to 1000, such as 40.")).to_be_visible()
        await expect(staff.page.get_by_role("textbox", name="Markup")).to_have_value("-5")
        await staff.page.get_by_role("textbox", name="Markup").fill("60")
        await staff.page.get_by_role("button", name="Import 1 product").click()
        await expect(staff.page.get_by_text("$15.68")).to_be_visible()
        await staff.page.get_by_role("button", name="Import 1 product").click()
        await expect(staff.page.get_by_role("heading", name="Import from Oak Roastery", level=1)).to_be_visible()
        await expect(staff.page.get_by_text("60 %")).to_be_visible()


async def test_a_carrier_of_the_list_needs_no_link(trade: Trade) -> None:
    await stock_centre(trade, 1)
    order = await trade.order()
    packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 1})
    async with window(trade.shops, trade.retailer) as staff:
        await staff.opens(packed.headers["Location"].partition("?")[0])
        link, carrier = staff.page.get_by_label("Tracking link"), staff.page.get_by_label("Carrier", exact=False)
        await expect(link).to_be_hidden()
        await carrier.first.select_option("other")
        await expect(link).to_be_visible()
        await carrier.first.select_option("DPD")
        await expect(link).to_be_hidden()


async def test_the_latest_orders_come_after_the_home_page(trade: Trade) -> None:
    await sell(trade, 2)
    order = await trade.order()
    async with window(trade.shops, trade.retailer) as staff:
        await staff.opens("/app")
        await staff.page.get_by_role("link", name=order.name).click()
        await expect(staff.page.get_by_role("heading", name=f"Order {order.name}", level=1)).to_be_visible()

    pages = [each for each in staff.asked if " /app" in each]
    assert pages[:2] == ["GET /app", "GET /app/latest-orders"]


async def test_after_a_refused_form_the_focus_is_at_the_first_field_that_is_wrong(trade: Trade) -> None:
    async with window(trade.shops, trade.retailer) as staff:
        await staff.opens("/app/partners/invite")
        await staff.page.get_by_label("Name").fill("Elm")
        await staff.page.get_by_label("Their Shopify address").fill("nowhere.example.com")
        await staff.page.get_by_label("Discount on their retail price").fill("lots")
        await staff.page.get_by_role("button", name="Create the invitation").click()
        await expect(staff.page.get_by_text("Enter the address of their store")).to_be_visible()
        await expect(staff.page.get_by_label("Their Shopify address")).to_be_focused()


async def test_after_a_refused_form_without_such_a_field_the_focus_is_at_the_sentence(trade: Trade) -> None:
    await stock_centre(trade, 1)
    order = await trade.order()
    path = f"/app/packing/{order.id}"
    async with window(trade.shops, trade.retailer) as staff:
        await staff.opens(path)
        await trade.shops.post(trade.retailer, path, **{f"line_{order.lines[0].id}": 1})
        await staff.page.get_by_role("button", name="Pack this box").click()
        await expect(staff.page.get_by_text("was packed in the meantime")).to_be_visible()
        await expect(staff.page.locator("[data-refused]")).to_be_focused()


async def test_what_is_kept_is_saved_or_discarded_in_the_admin_and_asked_about_before_it_is_left(trade: Trade) -> None:
    async with window(trade.shops, trade.retailer) as staff:
        await staff.opens("/app/settings")
        kept = await staff.page.locator("form[data-save-bar]").evaluate_all("(all) => all.map((one) => one.action)")
        await staff.page.get_by_label("Markup").fill("55")
        await staff.page.locator("form[action$=defaults]").evaluate("(form) => form.reset()")
        await expect(staff.page.get_by_label("Markup")).to_have_value("40")
        await staff.page.get_by_label("Markup").fill("60")
        await staff.page.locator("form[action$=defaults]").evaluate("(form) => form.requestSubmit()")
        await staff.page.wait_for_function("told.some(([what]) => what == 'toast')")
        await staff.page.evaluate(
            "document.querySelector('s-app-nav s-link').dispatchEvent(new Event('shopify:navigate', {bubbles: true}))"
        )
        await expect(staff.page.get_by_role("heading", name="Home", level=1)).to_be_visible()
        asked = await staff.page.evaluate("left")

    assert [each.rpartition("/")[2] for each in kept] == ["centre", "stock-location", "defaults"]
    assert asked == 1


async def test_a_parcel_is_counted_by_keys_alone_and_no_enter_receives_what_nobody_counted(trade: Trade) -> None:
    """A scanner ends in Enter too: what it left in a field is refused there, and nothing is received."""
    await trade.bring_in(trade.product(), trade.product(PARTNER, {"sku": "TEA"}, title="Tea"))
    trade.buy(("PARTNER-oak-BEAN", 3), ("PARTNER-oak-TEA", 2))
    await trade.settle()
    await close_week(trade)
    parcel = await send_parcel(trade)
    async with window(trade.shops, trade.retailer, 390) as staff:
        page, path = staff.page, f"/app/receiving/{parcel.id}"
        await staff.opens(path)
        first, second = (page.get_by_label(f"{count} announced") for count in (3, 2))
        await first.focus()
        await page.keyboard.press("Enter")
        await expect(second).to_be_focused()
        await page.keyboard.type("4006381333931")
        await page.keyboard.press("Enter")
        await expect(first).to_be_focused()
        await page.get_by_role("button", name="Receive parcel").click()
        await expect(page.get_by_text("Enter a whole number, 0 or more.")).to_have_count(2)
        await expect(first).to_be_focused()
        await second.fill("")
        await second.fill("1")
        await expect(page.get_by_text("1 short")).to_be_visible()
        await page.get_by_role("button", name="Fill in the rest as announced").focus()
        await page.keyboard.press("Enter")
        await expect(first).to_have_value("3")
        await expect(second).to_have_value("1")
        await expect(page.get_by_role("button", name="Receive parcel")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("What was in it")).to_be_visible()

    assert [each for each in staff.asked if each.startswith("POST")] == [f"POST {path}"] * 2
