// One tab stop for many buttons: arrow keys go from one to the next.

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * @param {HTMLElement} parent of the buttons
 * @param {() => HTMLElement[]} buttons those that can be reached now, in their order
 * @returns {() => void} to be called when these have changed
 */
export function rove(parent, buttons) {
  const current = () => buttons().find((button) => button.tabIndex === 0);
  const stopAt = (button) => buttons().forEach((other) => (other.tabIndex = other === button ? 0 : -1));
  parent.addEventListener("keydown", (event) => {
    const all = buttons();
    const place = all.indexOf(event.target);
    if (place < 0) return;
    let next = place + STEPS[event.key];
    if (event.key === "Home") next = 0;
    if (event.key === "End") next = all.length - 1;
    if (Number.isNaN(next)) return;
    event.preventDefault();
    event.stopPropagation();
    const target = all[Math.min(all.length - 1, Math.max(0, next))];
    stopAt(target);
    target.focus();
  });
  parent.addEventListener("focusin", (event) => buttons().includes(event.target) && stopAt(event.target));
  return () => stopAt(current() ?? buttons()[0]);
}
