"""What a stranger sees of a page: its controls, and the one button to press next."""

import time

# Not counted: marks that only explain, anchors of headings, and the arrow that is a part of a list's field.
CONTROLS = """() => {
  const kinds = "button, a[href], input, select, textarea, [role=slider], [role=combobox]";
  const found = [];
  const collect = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) collect(element.shadowRoot);
      if (element.matches(kinds)) found.push(element);
    }
  };
  collect(document.querySelector('[data-testid="stMain"]'));
  const nameOf = (e) => e.getAttribute("aria-label") || e.innerText || e.placeholder || e.title || e.type;
  const explains = (e) => /^(Help|Open$|Link to heading)/.test(nameOf(e));
  // Beyond the edge of a parent that hides what does not fit, as the entries of a folded legend are.
  const isCut = (element, box) => {
    for (let at = element.parentNode; at; at = at.host ?? at.parentNode) {
      if (!(at instanceof Element) || !/hidden|clip/.test(getComputedStyle(at).overflowY)) continue;
      const frame = at.getBoundingClientRect();
      if (box.top >= frame.bottom || box.bottom <= frame.top) return true;
    }
    return false;
  };
  const seen = found.filter((element) => {
    const box = element.getBoundingClientRect();
    const visible = element.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.height > 1;
    return visible && !explains(element) && !isCut(element, box);
  });
  const outer = seen.filter((one) => !seen.some((other) => other !== one && other.contains(one)));
  return outer.map((element) => nameOf(element).replace(/\\s+/g, " ").slice(0, 60));
}"""


def visible_controls(page):
    """Return the names of the controls in the main part of the page, in the window or not."""
    return page.evaluate(CONTROLS)


def expect_at_most(page, n_controls, seconds=15):
    """Wait until the page, which may still be drawn, has no more controls than so many."""
    end = time.monotonic() + seconds
    while len(found := visible_controls(page)) > n_controls:
        assert time.monotonic() < end, f"{len(found)} controls: {found}"
        time.sleep(0.2)


def primary_buttons(page):
    """Buttons of the page that look like the one to press."""
    return page.locator('[data-testid="stMain"] [data-testid^="stBaseButton-primary"]:visible:enabled')


def press_primary(page, seconds=30):
    """Press the one primary button of the page, once it is drawn."""
    found = primary_buttons(page)
    end = time.monotonic() + seconds
    while found.count() != 1:
        assert time.monotonic() < end, f"There is not one primary button: {found.all_inner_texts()}"
        time.sleep(0.2)
    found.click()
