"""The stream of the guide page by keyboard: instruction, names typed or pasted, labels by keys."""

import pytest

from tests.support.app_server import open_browser, running_app

pytestmark = pytest.mark.browser
FIELD = ".st-key-guide_new_label input"
PASTE = """(field, text) => {
  const data = new DataTransfer();
  data.setData("text", text);
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def test_from_the_instruction_to_labels_without_the_mouse(store, prepared, home, tmp_path):
    with running_app(home, log=tmp_path / "app.log") as address, open_browser() as page:
        page.goto(f"{address}/guide")
        instruction = page.locator(".st-key-guide_instruction input")
        instruction.fill("by feeling")
        instruction.press("Enter")
        page.wait_for_function(f"document.activeElement === document.querySelector('{FIELD}')")
        page.keyboard.type("calm, angry")
        page.keyboard.press("Enter")
        page.locator(".st-key-guide_card").wait_for()
        page.wait_for_function(f"document.querySelector('{FIELD}').value === ''")
        page.locator(FIELD).evaluate(PASTE, "worried\nwell, pleased\r\n")
        assert page.locator(FIELD).input_value() == 'worried, "well, pleased"'
        page.locator(FIELD).press("Enter")
        page.locator(".st-key-guide_label_3").wait_for()
        (analysis,) = store.analyses(prepared)
        assert store.label_names.current(analysis.id) == ["calm", "angry", "worried", "well, pleased"]
        page.wait_for_function(f"document.querySelector('{FIELD}').value === ''")
        page.keyboard.press("2")  # the cursor is in the empty field
        page.locator(".milestones").get_by_text("1 label", exact=True).wait_for()
        page.screenshot(path=tmp_path / "labelled.png")
    assert store.labels.read(analysis.id).counts["angry"] == 1
