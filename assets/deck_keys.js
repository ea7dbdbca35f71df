// Keys of the labelling deck while a field has the cursor. Streamlit gives no shortcut to a button then.
// A script that is equal runs once in a browser tab, so this listens once.
(() => {
  const NAMING = ".st-key-guide_new_label, .st-key-guide_added_label"; // a label is named here
  const LABELLING = `${NAMING}, .st-key-guide_typed_label`; // a digit in the empty field labels the card
  const MODES = ".st-key-guide_modes"; // once something is chosen here, keys belong to the card
  const button = (key) => document.querySelector(`.st-key-${key} button:not(:disabled)`);

  const leave = (field) => {
    if (field.closest(NAMING) && field.value) {
      // What stands there would become a label when the cursor leaves. React sees the change by the event.
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, "");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.blur();
  };

  const leaveModes = () =>
    setTimeout(() => {
      const field = document.activeElement;
      if (field.closest(MODES) && field.getAttribute("aria-expanded") === "false") field.blur();
    }, 100);

  const onKey = (event) => {
    const field = event.target;
    const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat);
    if (!plain || !field.matches?.("input, textarea") || !document.querySelector(".st-key-guide_deck")) return;
    if (field.type === "file" || field.getAttribute("aria-expanded") === "true") {
      if (event.key === "Enter") leaveModes();
      return; // an open list has its own Escape and Enter
    }
    if (event.key === "Escape") return leave(field);
    if (field.value.trim()) return;
    if (event.key === "Enter") return field.blur();
    const digit = /^[1-9]$/.test(event.key) && field.closest(LABELLING);
    const label = digit && button(`guide_label_${event.key - 1}`);
    if (!label) return;
    event.preventDefault();
    event.stopPropagation();
    label.click();
  };

  const onClick = (event) => {
    if (event.target.closest?.('[role="option"]')) leaveModes();
  };

  window.refractDeckKeys?.abort();
  window.refractDeckKeys = new AbortController();
  const options = { capture: true, signal: window.refractDeckKeys.signal };
  document.addEventListener("keydown", onKey, options);
  document.addEventListener("click", onClick, options);
})();
