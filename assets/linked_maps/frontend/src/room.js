// The height that the window leaves for the maps, below what stands above them.

const [LEAST, MOST] = [360, 1200];
const PHONE_SHARE = 0.68; // of the window, where one map is shown at a time
const BAR = 120; // a phone's address bar comes and goes while the page scrolls

export class Room {
  /** @param {HTMLElement} root of the component; @param {() => void} onChange called when the window's room changed */
  constructor(root, onChange) {
    this.root = root;
    this.onChange = onChange;
    this.scroller = scrollerOf(root);
    this.window = [window.innerWidth, window.innerHeight];
    this.onResize = () => {
      const [width, height] = [window.innerWidth, window.innerHeight];
      const bar = coarse() && width === this.window[0] && Math.abs(height - this.window[1]) < BAR;
      if (bar) return;
      this.window = [width, height];
      onChange();
    };
    window.addEventListener("resize", this.onResize);
    // What stands above may grow or shrink without a call of the component.
    this.above = new ResizeObserver(onChange);
    const content = contentOf(root, this.scroller);
    if (content) this.above.observe(content);
  }

  /** @param {number} below pixels to leave free; @param {boolean} single whether one map is shown at a time */
  height(below, single) {
    const { root, scroller } = this;
    const top = root.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    const scrolled = scroller === document.documentElement ? 0 : scroller.scrollTop;
    // What the page's styles put below the maps in a window of this width.
    const further = parseFloat(getComputedStyle(root).getPropertyValue("--linked-maps-below")) || 0;
    return roomFor({ top: top + scrolled, window: scroller.clientHeight, below: below + further, single });
  }

  destroy() {
    window.removeEventListener("resize", this.onResize);
    this.above.disconnect();
  }
}

/** Height of the component in pixels; top: where it begins in the page; window: height of the visible page. */
export function roomFor({ top, window, below, single }) {
  const room = window - top - below;
  return Math.round(Math.min(MOST, Math.max(LEAST, room, single ? PHONE_SHARE * window : 0)));
}

/** Whether the main pointer is a finger. */
export function coarse() {
  return matchMedia("(pointer: coarse)").matches;
}

function parentOf(element) {
  return element.parentElement ?? element.getRootNode().host ?? null;
}

/** The element whose scroll bar moves the page, the outermost: Streamlit's page is not the document. */
function scrollerOf(root) {
  let found = document.documentElement;
  for (let element = parentOf(root); element && element !== document.body; element = parentOf(element)) {
    if (/auto|scroll/.test(getComputedStyle(element).overflowY)) found = element;
  }
  return found;
}

/** What the scroller scrolls. */
function contentOf(root, scroller) {
  let element = root;
  for (let parent = parentOf(root); parent && parent !== scroller; parent = parentOf(parent)) element = parent;
  return element === root ? null : element;
}
