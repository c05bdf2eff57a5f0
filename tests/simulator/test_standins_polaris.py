"""The Polaris stand-in in a real browser: all elements, values in native forms, strictness, the list of a table."""

import json

import pytest
from playwright.async_api import Browser, expect

from simulator.pages import scripts
from tests.simulator.standin_pages import AppUnderTest, framed

pytestmark = pytest.mark.anyio

FORM = """<form method="post" action="/form">
<s-text-field label="Name" name="name" value="Old" required></s-text-field>
<s-number-field label="Markup" name="markup" value="40"></s-number-field>
<s-select label="Day" name="day" value="5">
<s-option value="1">Monday</s-option><s-option value="5">Friday</s-option></s-select>
<s-checkbox label="Mail" name="mail" value="yes" checked></s-checkbox>
<s-checkbox label="Call" name="call"></s-checkbox>
<s-switch label="Sync" name="sync"></s-switch>
<s-choice-list label="Role" name="role">
<s-choice value="a" selected>A</s-choice><s-choice value="b">B</s-choice></s-choice-list>
<s-choice-list label="Days" name="days" multiple>
<s-choice value="1" selected>Mon</s-choice><s-choice value="2">Tue</s-choice></s-choice-list>
<s-text-area label="Note" name="note" value="some"></s-text-area>
<s-date-field label="On" name="on" value="2026-11-20"></s-date-field>
<s-text-field label="Off" name="off" value="x" disabled></s-text-field>
<s-button type="submit">Save</s-button><s-button type="reset">Undo</s-button></form>"""

TABLE = """<s-page heading="Orders"><s-section padding="none"><s-table><s-table-header-row>
<s-table-header listslot="primary">Order</s-table-header>
<s-table-header format="numeric">Units</s-table-header></s-table-header-row>
<s-table-body><s-table-row clickdelegate="first">
<s-table-cell><s-link id="first" href="/orders/1">#1001</s-link></s-table-cell>
<s-table-cell>3</s-table-cell></s-table-row></s-table-body></s-table></s-section></s-page>"""

MODAL = """<s-button commandfor="ask" command="--show">Open</s-button>
<s-modal id="ask" heading="Really?"><s-paragraph>Think.</s-paragraph>
<s-button slot="primary-action" commandfor="ask" command="--hide">Done</s-button></s-modal>"""


async def test_every_element_of_the_manifest_is_defined_and_draws_itself(browser: Browser) -> None:
    names = list(json.loads((scripts.STATIC / "polaris" / "elements.json").read_text())["elements"])
    app = AppUnderTest("".join(f"<{name}></{name}>" for name in names))

    async with framed(browser, app) as page:
        undrawn = await page.frames[1].evaluate(
            "names => names.filter((name) => !document.querySelector(name)?.shadowRoot)", names
        )
        problems = await page.frames[1].evaluate("window.__polarisProblems")

    assert len(names) == 62
    assert undrawn == []
    assert problems == []


async def test_fields_send_their_values_inside_a_native_form(browser: Browser) -> None:
    app = AppUnderTest(FORM)

    async with framed(browser, app) as page:
        frame = page.frames[1]
        await frame.get_by_label("Name").fill("Roaster")
        await frame.get_by_label("Day", exact=True).select_option("Monday")
        await frame.get_by_label("Sync").check()
        await frame.get_by_label("B", exact=True).check()
        await frame.get_by_label("Tue").check()
        await frame.get_by_role("button", name="Save").click()
        await expect(frame.get_by_role("heading", name="Taken")).to_be_visible()

    assert app.forms == [
        [
            ("name", "Roaster"),
            ("markup", "40"),
            ("day", "1"),
            ("mail", "yes"),
            ("sync", "on"),
            ("role", "b"),
            ("days", "1"),
            ("days", "2"),
            ("note", "some"),
            ("on", "2026-11-20"),
        ]
    ]


async def test_reset_returns_to_the_values_of_the_attributes(browser: Browser) -> None:
    app = AppUnderTest(FORM)

    async with framed(browser, app) as page:
        frame = page.frames[1]
        await frame.get_by_label("Name").fill("Roaster")
        await frame.get_by_label("Mail").uncheck()
        await frame.get_by_role("button", name="Undo").click()
        await expect(frame.get_by_label("Name")).to_have_value("Old")
        await expect(frame.get_by_label("Mail")).to_be_checked()


async def test_enter_in_a_field_presses_the_submit_button(browser: Browser) -> None:
    app = AppUnderTest(FORM)

    async with framed(browser, app) as page:
        await page.frames[1].get_by_label("Name").press("Enter")
        await expect(page.frames[1].get_by_role("heading", name="Taken")).to_be_visible()

    assert ("name", "Old") in app.forms[0]


async def test_what_the_manifest_does_not_know_is_a_problem(browser: Browser) -> None:
    app = AppUnderTest(
        '<s-badge tone="loud" colour="red">x</s-badge><s-card></s-card><s-button disabled="false">y</s-button>'
        '<s-section><span slot="nowhere">z</span></s-section>'
        '<s-stack gap="small-200 base" direction="inline"></s-stack>'
    )

    async with framed(browser, app) as page:
        problems = await page.frames[1].evaluate(
            "window.__polarisProblems.map((one) => `${one.element} ${one.problem}`)"
        )

    assert sorted(problems) == [
        's-badge has no attribute "colour"',
        's-badge tone="loud" is not a value of it',
        's-button disabled="false" is not a value of it',
        "s-card is not an element of Polaris 1.1",
        's-section has no slot "nowhere"',
    ]


async def test_a_table_is_a_list_on_a_phone(browser: Browser) -> None:
    app = AppUnderTest(TABLE)

    async with framed(browser, app) as wide:
        header = wide.frames[1].locator("s-table-header").first
        await expect(header).to_be_visible()
        assert await wide.frames[1].get_by_text("Units").count() == 1

    async with framed(browser, app, width=390) as narrow:
        await expect(narrow.frames[1].locator("s-table-header").first).to_be_hidden()
        await expect(narrow.frames[1].locator("s-table-cell .label", has_text="Units")).to_be_visible()


async def test_a_table_is_arranged_once_for_all_rows_that_come_together(browser: Browser) -> None:
    async with framed(browser, AppUnderTest(TABLE)) as page:
        arranged = await page.frames[1].evaluate(
            """async () => {
            const table = document.querySelector("s-table"), row = table.querySelector("s-table-row");
            const picture = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            await picture();
            const arrange = table.arrange;
            let times = 0;
            table.arrange = () => { times += 1; arrange.call(table); };
            for (let number = 0; number < 30; number += 1) row.after(row.cloneNode(true));
            await picture();
            await picture();
            return times; }"""
        )
        labels = page.frames[1].locator("s-table-cell:state(number)")
        await expect(labels).to_have_count(31)

    assert arranged in {1, 2}  # the second time because the table grew


@pytest.mark.parametrize("name", ["download", "package-fulfilled"])
async def test_an_icon_of_the_app_is_drawn(browser: Browser, name: str) -> None:
    async with framed(
        browser, AppUnderTest(f'<s-icon type="{name}"></s-icon><s-icon type="unknown"></s-icon>')
    ) as page:
        drawn = await page.frames[1].evaluate(
            """[...document.querySelectorAll("s-icon")]
            .map((icon) => icon.shadowRoot.querySelector("path").getAttribute("d"))"""
        )

    assert drawn[0] != drawn[1]


async def test_a_modal_opens_and_closes_by_command_and_tells_it_on_itself_only(browser: Browser) -> None:
    app = AppUnderTest(MODAL)

    async with framed(browser, app) as page:
        frame = page.frames[1]
        await frame.evaluate(
            """() => { window.heard = [];
            const modal = document.getElementById("ask");
            for (const name of ["show", "hide"]) {
              modal.addEventListener(name, () => heard.push(`modal ${name}`));
              document.addEventListener(name, () => heard.push(`document ${name}`)); } }"""
        )
        await frame.get_by_role("button", name="Open").click()
        await expect(frame.get_by_role("dialog", name="Really?")).to_be_visible()
        await frame.get_by_role("button", name="Done").click()
        await expect(frame.get_by_role("dialog", name="Really?")).to_be_hidden()
        heard = await frame.evaluate("window.heard")

    assert heard == ["modal show", "modal hide"]
