// A list of texts: wrapped rows with a label each; a click opens a text. `pages/maps/text_list.py` sends
// {list, rows, more, nMore, ticks, scroll}; a row is [number, pieces, chip, swatch, note, ticked].

const places = new Map(); // list -> where it was scrolled to when one of its texts was opened

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const list = parentElement.querySelector(".texts") ?? makeList(parentElement);
  const scroller = (parentElement.host ?? parentElement).closest(".st-key-maps_panel_body");
  const focused = [...list.querySelectorAll(".open")].indexOf(parentElement.activeElement);
  const unticked = new Set(data.rows.filter((row) => row[5] === false).map((row) => row[0]));
  list.replaceChildren(...data.rows.map((row) => makeRow(row)));
  if (data.nMore) list.append(makeMore());
  const opens = [...list.querySelectorAll(".open")];
  (opens[Math.max(0, focused)] ?? {}).tabIndex = 0;
  if (focused >= 0) opens[focused]?.focus({ preventScroll: true });
  list.onkeydown = (event) => move(event, opens);
  if (scroller && data.scroll !== "stay" && list.dataset.list !== data.list)
    scroller.scrollTop = data.scroll === "top" ? 0 : (places.get(data.list) ?? 0);
  list.dataset.list = data.list;

  function makeRow([number, pieces, chip, swatch, note, ticked]) {
    const item = element("li", "row");
    if (swatch) item.style.setProperty("--swatch", swatch);
    if (data.ticks) item.append(makeTick(number, ticked));
    const open = element("div", "open"); // its text wraps by lines, which a button's does not in all browsers
    open.setAttribute("role", "button");
    open.tabIndex = -1;
    open.dataset.row = number;
    const text = element("span", "text");
    pieces.forEach((piece, at) => text.append(at % 2 ? element("mark", "", piece) : piece));
    open.append(text);
    if (chip || note) open.append(makeChips(chip, note));
    open.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open.click();
    };
    open.onclick = () => {
      if (scroller) places.set(data.list, scroller.scrollTop);
      setTriggerValue("opened", number);
    };
    item.append(open);
    return item;
  }

  function makeTick(number, ticked) {
    const box = element("input", "tick");
    box.type = "checkbox";
    box.checked = ticked !== false;
    box.setAttribute("aria-label", "Label this text too");
    box.onchange = () => {
      box.checked ? unticked.delete(number) : unticked.add(number);
      setStateValue("unticked", { list: data.list, rows: [...unticked] });
    };
    return box;
  }

  function makeMore() {
    const more = element("button", "more", data.more);
    more.type = "button";
    more.onclick = () => setTriggerValue("more", data.rows.length + data.nMore);
    const item = element("li", "");
    item.append(more);
    return item;
  }
}

function makeList(parent) {
  const list = element("ul", "texts");
  parent.append(list);
  return list;
}

function makeChips(chip, note) {
  const line = element("span", "chips");
  if (chip) {
    const [name, colour, share, given] = chip;
    const shown = element("span", given ? "chip given" : "chip", name);
    shown.style.setProperty("--label", colour);
    shown.title = given ? "Its given label" : "Its predicted label, and how likely it is";
    if (share) shown.append(element("span", "share", share));
    line.append(shown);
  }
  if (note) line.append(element("span", "note", note));
  return line;
}

function move(event, opens) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = opens.indexOf(event.target);
  if (!step || at < 0 || !opens[at + step]) return;
  event.preventDefault();
  opens[at].tabIndex = -1;
  opens[at + step].tabIndex = 0;
  opens[at + step].focus();
}

function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}
