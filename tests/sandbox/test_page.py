"""The page in a real browser: what a person sees and does there, checked through the API."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import gspread
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.support.running import RunningSandbox

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RED = {"red": 1.0, "green": 0.8, "blue": 0.8}

PATIENCE = 20.0
expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.fail("The page's tests need Chromium: install it, e.g. apt-get install chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(sandbox: RunningSandbox) -> gspread.Worksheet:
    """A fresh tab of its own for the test, as the dialer's account sees it."""
    spreadsheet = sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id)
    for old in spreadsheet.worksheets()[1:]:
        spreadsheet.del_worksheet(old)
    fresh = spreadsheet.add_worksheet("Test tab", rows=60, cols=8)
    fresh.update([["Phone", "Name", "Amount"]], "A1")
    fresh.freeze(rows=1)
    return fresh


@pytest.fixture
def page(sandbox: RunningSandbox, browser: Browser, tab: gspread.Worksheet) -> Iterator[Page]:
    """The page at that tab; a script error or a request to elsewhere fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=sandbox.url)
    page = context.new_page()
    errors: list[str] = []
    strangers: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((sandbox.url, "data:"))
            else strangers.append(request.url)
        ),
    )
    page.goto(sandbox.url)
    page.get_by_role("button", name=tab.title).click()
    expect(cell(page, "A1")).to_have_text("Phone")
    yield page
    context.close()
    assert errors == []
    assert strangers == []


def cell(page: Page, address: str) -> Locator:
    column, row = ord(address[0]) - ord("A"), int(address[1:]) - 1
    return page.locator(f'#grid tr[data-row="{row}"] td[data-column="{column}"]')


def type_into(page: Page, address: str, text: str) -> None:
    cell(page, address).click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def paste(page: Page, address: str, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    cell(page, address).click()
    page.keyboard.press("Control+V")


def soon(check: Callable[[], Any], expected: Any) -> None:
    """Waits for what the page does to arrive; machines are shared and slow at times."""
    deadline = time.monotonic() + PATIENCE
    while (seen := check()) != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    assert seen == expected


class TestThePage:
    def test_says_that_it_is_a_sandbox(self, page: Page) -> None:
        expect(page.get_by_text("Sandbox", exact=True)).to_be_visible()
        expect(page.get_by_text("Nobody is called, nothing is charged")).to_be_visible()

    def test_shows_what_changes_elsewhere_by_itself(
        self, page: Page, tab: gspread.Worksheet
    ) -> None:
        tab.update([["03001234567", "علی", 1500]], "A2", raw=True)
        expect(cell(page, "A2")).to_have_text("03001234567")
        expect(cell(page, "B2")).to_have_text("علی")
        expect(cell(page, "C2")).to_have_text("1500")

    def test_costs_nothing_while_nothing_changes(self, sandbox: RunningSandbox, page: Page) -> None:
        del page
        session = sandbox.session()
        state = session.get(f"{sandbox.url}/_page/state").json()
        again = session.get(f"{sandbox.url}/_page/state", params={"since": state["version"]})
        assert (again.status_code, again.content) == (204, b"")
        session.post(f"{sandbox.url}/_sandbox/portal", json={"balance": 77})
        news = session.get(f"{sandbox.url}/_page/state", params={"since": state["version"]})
        assert news.json()["balance"] == "77.00"
        session.post(f"{sandbox.url}/_sandbox/portal", json={"balance": 2682})

    def test_fits_a_phone(self, page: Page) -> None:
        page.set_viewport_size({"width": 390, "height": 780})
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        expect(page.locator("#calls")).to_be_hidden()
        page.get_by_role("tab", name="Calls").click()
        expect(page.locator("#calls")).to_be_visible()
        expect(page.locator("#sheet")).to_be_hidden()


class TestCells:
    def test_are_edited_by_click_and_typing(self, page: Page, tab: gspread.Worksheet) -> None:
        type_into(page, "B3", "Ayesha")
        soon(lambda: tab.acell("B3").value, "Ayesha")
        expect(cell(page, "B3")).to_have_text("Ayesha")
        expect(page.locator("#address")).to_have_text("B4")

    def test_take_what_is_typed_as_google_does(self, page: Page, tab: gspread.Worksheet) -> None:
        type_into(page, "A2", "03001234567")
        type_into(page, "C2", "=1+2")
        soon(lambda: tab.acell("A2").value, "3001234567")
        soon(lambda: tab.acell("C2").value, "3")
        cell(page, "C2").click()
        expect(page.locator("#raw")).to_have_value("=1+2")

    def test_stay_as_they_are_when_nothing_is_typed(
        self, page: Page, tab: gspread.Worksheet
    ) -> None:
        tab.update([["03001234567"]], "A2", raw=True)
        expect(cell(page, "A2")).to_have_text("03001234567")
        cell(page, "A2").dblclick()
        expect(page.locator("#editor")).to_have_value("'03001234567")
        page.keyboard.press("Enter")
        cell(page, "A2").dblclick()
        page.keyboard.press("End")
        page.keyboard.type("8")
        page.keyboard.press("Enter")
        soon(lambda: tab.acell("A2").value, "030012345678")

    def test_are_left_alone_by_escape(self, page: Page, tab: gspread.Worksheet) -> None:
        cell(page, "A2").click()
        page.keyboard.type("no")
        page.keyboard.press("Escape")
        type_into(page, "A3", "yes")
        soon(lambda: tab.get("A2:A3"), [[], ["yes"]])

    def test_are_edited_in_the_line_above_too(self, page: Page, tab: gspread.Worksheet) -> None:
        cell(page, "B2").click()
        page.locator("#raw").fill("from above")
        page.locator("#raw").press("Enter")
        soon(lambda: tab.acell("B2").value, "from above")

    def test_keep_what_was_typed_above_when_another_cell_is_clicked(
        self, page: Page, tab: gspread.Worksheet
    ) -> None:
        cell(page, "B2").click()
        page.locator("#raw").fill("for B2")
        cell(page, "C4").click()
        soon(lambda: tab.get("B2:C4"), [["for B2"]])
        expect(page.locator("#address")).to_have_text("C4")
        page.locator("#raw").click()
        page.keyboard.type("for C4")
        page.get_by_role("button", name="Calls", exact=True).click()
        page.get_by_role("button", name=tab.title).click()
        soon(lambda: tab.get("B2:C4"), [["for B2"], [], ["", "for C4"]])

    def test_keep_what_is_being_typed_above_while_the_sheet_changes(
        self, page: Page, tab: gspread.Worksheet
    ) -> None:
        cell(page, "B2").click()
        page.locator("#raw").fill("half a ")
        tab.update([["news"]], "B2")
        expect(cell(page, "B2")).to_have_text("news")
        page.keyboard.type("sentence")
        page.keyboard.press("Enter")
        soon(lambda: tab.acell("B2").value, "half a sentence")
        page.locator("#raw").fill("never")
        page.keyboard.press("Escape")
        expect(page.locator("#raw")).to_have_value("half a sentence")
        assert tab.acell("B2").value == "half a sentence"

    def test_take_a_pasted_column(self, page: Page, tab: gspread.Worksheet) -> None:
        tab.format("A2:A", {"numberFormat": {"type": "TEXT", "pattern": "@"}})
        numbers = [f"0300{n:07d}" for n in range(40)]
        paste(page, "A2", "\r\n".join(numbers) + "\r\n")
        soon(lambda: tab.col_values(1)[1:], numbers)
        expect(cell(page, "A2")).to_have_text(numbers[0])

    def test_take_a_pasted_block_with_line_breaks_inside(
        self, page: Page, tab: gspread.Worksheet
    ) -> None:
        paste(page, "B2", 'one\t"two\nlines"\t3\n\t"say ""hi"""\t')
        soon(lambda: tab.get("B2:D3"), [["one", "two\nlines", "3"], ["", 'say "hi"']])

    def test_take_more_than_fits_by_growing(self, page: Page, tab: gspread.Worksheet) -> None:
        paste(page, "A2", "\n".join(f"n{n}" for n in range(1500)))
        soon(lambda: len(tab.col_values(1)), 1501)
        soon(lambda: tab.acell("A1501").value, "n1499")

    def test_take_a_block_pasted_while_editing(self, page: Page, tab: gspread.Worksheet) -> None:
        page.evaluate("navigator.clipboard.writeText('a\\nb')")
        cell(page, "A5").dblclick()
        page.keyboard.press("Control+V")
        soon(lambda: tab.get("A5:A6"), [["a"], ["b"]])

    def test_are_copied_cut_and_cleared(self, page: Page, tab: gspread.Worksheet) -> None:
        tab.update([["x", "y"], ["z", "w"]], "A2")
        expect(cell(page, "B3")).to_have_text("w")
        cell(page, "A2").click()
        cell(page, "B3").click(modifiers=["Shift"])
        page.keyboard.press("Control+C")
        assert page.evaluate("navigator.clipboard.readText()") == "x\ty\nz\tw"
        page.keyboard.press("Control+X")
        cell(page, "C5").click()
        page.keyboard.press("Control+V")
        soon(lambda: tab.get("A2:D6"), [[], [], [], ["", "", "x", "y"], ["", "", "z", "w"]])
        cell(page, "C5").click()
        page.keyboard.press("Delete")
        soon(lambda: tab.acell("C5").value, None)

    def test_show_markup_as_text_and_urdu_from_the_right(
        self, page: Page, tab: gspread.Worksheet
    ) -> None:
        tab.update([["<img src=x onerror=alert(1)>", "دکان علی"]], "A2")
        expect(cell(page, "A2")).to_have_text("<img src=x onerror=alert(1)>")
        expect(cell(page, "B2")).to_have_css("direction", "rtl")
        expect(cell(page, "A2")).to_have_css("direction", "ltr")

    def test_show_colours_notes_and_conditional_formats(
        self, page: Page, tab: gspread.Worksheet
    ) -> None:
        tab.update([["Busy", "Fine"]], "A2")
        tab.format("B2", {"backgroundColor": RED, "textFormat": {"bold": True}})
        tab.insert_note("B2", "Ask her again")
        area = {"sheetId": tab.id, "startRowIndex": 1, "endColumnIndex": 1}
        condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": "Busy"}]}
        rule = {"condition": condition, "format": {"backgroundColor": RED}}
        add = {"rule": {"ranges": [area], "booleanRule": rule}, "index": 0}
        tab.spreadsheet.batch_update({"requests": [{"addConditionalFormatRule": add}]})
        for address in ("A2", "B2"):
            expect(cell(page, address)).to_have_css("background-color", "rgb(255, 204, 204)")
        expect(cell(page, "B2")).to_have_attribute("title", "Ask her again")
        cell(page, "B2").click()
        expect(page.locator("#note")).to_have_text("Ask her again")

    def test_that_are_protected_say_so(
        self, page: Page, tab: gspread.Worksheet, sandbox: RunningSandbox
    ) -> None:
        dialer = sandbox.credentials().service_account_email
        tab.add_protected_range("A1:C1", editor_users_emails=[dialer])
        type_into(page, "A1", "Hacked")
        expect(page.get_by_role("alert")).to_contain_text("protected")
        assert tab.acell("A1").value == "Phone"


class TestRowsAndColumns:
    def test_hidden_ones_are_marked_and_can_be_shown(
        self, page: Page, tab: gspread.Worksheet
    ) -> None:
        tab.update([["a", "secret", "c"]], "A2")
        tab.hide_columns(1, 2)
        tab.hide_rows(2, 3)
        expect(cell(page, "B2")).to_have_count(0)
        expect(cell(page, "A3")).to_have_count(0)
        expect(page.get_by_title("Hidden: B")).to_be_visible()
        page.get_by_label("Show hidden").check()
        expect(cell(page, "B2")).to_have_text("secret")
        expect(page.get_by_title("Hidden column")).to_have_text("B")
        expect(page.get_by_title("Hidden row")).to_have_text("3")

    def test_rows_are_inserted_and_deleted(self, page: Page, tab: gspread.Worksheet) -> None:
        tab.update([["one"], ["two"]], "A2")
        expect(cell(page, "A3")).to_have_text("two")
        cell(page, "A3").click()
        page.get_by_role("button", name="Insert row").click()
        soon(lambda: tab.col_values(1), ["Phone", "one", "", "two"])
        cell(page, "A2").click()
        cell(page, "A3").click(modifiers=["Shift"])
        page.get_by_role("button", name="Delete row").click()
        soon(lambda: tab.col_values(1), ["Phone", "two"])
        expect(cell(page, "A2")).to_have_text("two")

    def test_rows_are_added(self, page: Page, tab: gspread.Worksheet) -> None:
        page.get_by_role("button", name="Add 100 rows").click()
        soon(lambda: tab.spreadsheet.worksheet(tab.title).row_count, 160)

    def test_sorting_leaves_the_frozen_header(self, page: Page, tab: gspread.Worksheet) -> None:
        tab.update([["b", "1"], ["c", "2"], ["a", "3"]], "A2")
        expect(cell(page, "A4")).to_have_text("a")
        cell(page, "A2").click()
        page.get_by_role("button", name="Sort A–Z").click()
        soon(lambda: tab.col_values(1), ["Phone", "a", "b", "c"])
        page.get_by_role("button", name="Sort Z–A").click()
        soon(lambda: tab.col_values(2), ["Name", "2", "1", "3"])

    def test_of_a_long_tab_exist_only_in_sight(self, page: Page, tab: gspread.Worksheet) -> None:
        tab.resize(rows=20_000)
        tab.update([["the end"]], "A20000")
        grid = page.locator("#grid")
        soon(lambda: grid.evaluate("grid => grid.scrollHeight > 500000"), True)
        grid.evaluate("grid => grid.scrollTo(0, grid.scrollHeight)")
        expect(cell(page, "A20000")).to_have_text("the end")
        expect(cell(page, "A1")).to_be_in_viewport()
        assert page.locator("#grid tr").count() < 120


class TestCalls:
    @pytest.fixture(autouse=True)
    def _slow_ringing(self, sandbox: RunningSandbox) -> Iterator[None]:
        delays = {"push": 0, "ring": [600, 600]}
        sandbox.post("/_sandbox/portal", {"delays": delays, "balance": 2682})
        yield
        for call in sandbox.get("/_sandbox/calls"):
            if not call["ended"]:
                sandbox.post("/_page/call", {"call_id": call["call_id"], "act": "hang up"})
        sandbox.post("/_sandbox/portal", {"delays": {"push": [1, 3], "ring": [5, 30]}})

    def place(self, sandbox: RunningSandbox, number: str) -> str:
        key = sandbox.get("/_sandbox/portal")["api_keys"][0]
        answer = sandbox.get("/api/calls", api_key=key, caller_id=number, voice_id="102")
        return str(answer["data"]["call_id"])

    def state(self, sandbox: RunningSandbox, call_id: str) -> tuple[int, int | None]:
        (call,) = [c for c in sandbox.get("/_sandbox/calls") if c["call_id"] == call_id]
        return call["status"], call["dtmf"]

    def card(self, page: Page, call_id: str) -> Locator:
        return page.locator(f'#shown [data-call-id="{call_id}"]')

    def test_turn_by_the_buttons(self, page: Page, sandbox: RunningSandbox) -> None:
        call_id = self.place(sandbox, "923001234567")
        card = self.card(page, call_id)
        expect(card).to_contain_text("+92 300 1234567")
        expect(card).to_contain_text("Ringing")
        card.locator('[data-act="answer"]').click()
        expect(card).to_contain_text("Answered")
        assert self.state(sandbox, call_id) == (2, None)
        card.get_by_role("button", name="press 1").click()
        expect(page.locator("#shown, #ended").get_by_text("Answered · key 1").first).to_be_visible()
        assert self.state(sandbox, call_id) == (2, 1)

    @pytest.mark.parametrize(("label", "status"), [("busy", 4), ("no answer", 5)])
    def test_end_by_the_buttons(
        self, page: Page, sandbox: RunningSandbox, label: str, status: int
    ) -> None:
        call_id = self.place(sandbox, "923017654321")
        self.card(page, call_id).get_by_role("button", name=label).click()
        expect(self.card(page, call_id)).to_have_count(0)
        expect(page.locator(f'#ended [data-call-id="{call_id}"]')).to_be_visible()
        assert self.state(sandbox, call_id) == (status, None)

    def test_show_their_seconds_and_the_account(self, page: Page, sandbox: RunningSandbox) -> None:
        card = self.card(page, self.place(sandbox, "923009999999"))
        expect(card.locator(".seconds")).to_have_text("2 s")
        expect(page.locator("#balance")).to_have_text("2,682.00")
        expect(page.locator("#in-progress")).to_have_text("1")

    def test_refused_acts_say_why(self, sandbox: RunningSandbox) -> None:
        session = sandbox.session()
        for body, status, text in (
            ({"call_id": "1", "act": "answer"}, 404, "There is no call 1."),
            ({"call_id": self.place(sandbox, "923001112223"), "act": "sing"}, 409, "no act 'sing'"),
            ([], 400, "Expected"),
        ):
            answer = session.post(f"{sandbox.url}/_page/call", json=body)
            assert answer.status_code == status
            assert text in answer.json()["error"]["message"]


class TestCharts:
    def test_are_drawn_over_the_cells_with_their_titles_and_bars(
        self, page: Page, tab: gspread.Worksheet
    ) -> None:
        tab.update([["Calls", "orders"], ["Busy", 3], ["Answered", 9]], "A10", raw=False)

        def data(column: int) -> dict[str, Any]:
            rows = {"startRowIndex": 9, "endRowIndex": 12}
            columns = {"startColumnIndex": column, "endColumnIndex": column + 1}
            return {"sourceRange": {"sources": [{"sheetId": tab.id, **rows, **columns}]}}

        chart = {
            "spec": {
                "title": "Outcomes",
                "basicChart": {
                    "chartType": "BAR",
                    "headerCount": 1,
                    "domains": [{"domain": data(0)}],
                    "series": [{"series": data(1), "targetAxis": "BOTTOM_AXIS"}],
                },
            },
            "position": {
                "overlayPosition": {
                    "anchorCell": {"sheetId": tab.id, "rowIndex": 1, "columnIndex": 3},
                    "widthPixels": 400,
                    "heightPixels": 200,
                }
            },
        }
        tab.spreadsheet.batch_update({"requests": [{"addChart": {"chart": chart}}]})
        drawn = page.locator("#grid .chart")
        expect(drawn.locator("figcaption")).to_have_text("Outcomes")
        expect(drawn.get_by_text("Answered")).to_be_visible()
        expect(drawn.get_by_text("orders")).to_be_visible()
        bars = drawn.locator("rect")
        expect(bars).to_have_count(3)  # two bars and the key to their colour
        widths = [float(bars.nth(place).get_attribute("width") or 0) for place in range(2)]
        assert widths[1] == pytest.approx(3 * widths[0])


class TestMergedCells:
    @pytest.fixture(autouse=True)
    def merged(self, page: Page, tab: gspread.Worksheet) -> None:
        """A title over A2:C2, a block in B4:C5, a column of one cell in E3:E58."""
        tab.update([["Orders of May"], [], ["", "Block", "covered"], ["a5"]], "A2")
        tab.update([["Tall"]], "E3")
        for area in ("A2:C2", "B4:C5", "E3:E58"):
            tab.merge_cells(area)
        expect(cell(page, "B4")).to_have_attribute("colspan", "2")

    def test_are_drawn_as_one(self, page: Page, tab: gspread.Worksheet) -> None:
        expect(cell(page, "A2")).to_have_attribute("colspan", "3")
        expect(cell(page, "A2")).to_have_text("Orders of May")
        expect(cell(page, "B4")).to_have_attribute("rowspan", "2")
        for covered in ("B2", "C2", "C4", "B5", "C5"):
            expect(cell(page, covered)).to_have_count(0)
        for beside in ("D2", "A5", "D5"):
            expect(cell(page, beside)).to_have_count(1)
        title, first, last = (cell(page, name).bounding_box() for name in ("A2", "A3", "C3"))
        assert title
        assert first
        assert last
        assert title["x"] == first["x"]
        assert title["x"] + title["width"] == pytest.approx(last["x"] + last["width"])
        tab.unmerge_cells("A2:C2")
        expect(cell(page, "B2")).to_have_count(1)

    def test_are_stepped_over_and_typed_into_as_one(
        self, page: Page, tab: gspread.Worksheet
    ) -> None:
        address = page.locator("#address")
        cell(page, "A4").click()
        for key, expected in (
            ("ArrowRight", "B4"),
            ("ArrowRight", "D4"),
            ("ArrowLeft", "B4"),
            ("ArrowDown", "B6"),
            ("ArrowUp", "B4"),
            ("ArrowUp", "B3"),
            ("ArrowUp", "A2"),
        ):
            page.keyboard.press(key)
            expect(address).to_have_text(expected)
        type_into(page, "B4", "New")
        soon(lambda: tab.get("B4:C5"), [["New"]])
        expect(cell(page, "B4")).to_have_text("New")

    def test_that_begin_out_of_sight_show_what_they_hold(self, page: Page) -> None:
        page.locator("#grid").evaluate("grid => grid.scrollTo(0, grid.scrollHeight)")
        expect(cell(page, "A60")).to_be_visible()
        expect(page.locator("#grid tbody td[data-column='4'][data-row='2']")).to_have_text("Tall")
        expect(cell(page, "E59")).to_have_count(1)
        expect(cell(page, "E58")).to_have_count(0)

    def test_lose_their_hidden_parts(self, page: Page, tab: gspread.Worksheet) -> None:
        tab.hide_columns(0, 1)
        expect(cell(page, "A3")).to_have_count(0)
        expect(page.locator("#grid tr[data-row='1'] td").first).to_have_text("Orders of May")
        expect(page.locator("#grid tr[data-row='1'] td").first).to_have_attribute("colspan", "2")
