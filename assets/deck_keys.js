// Keys of the labelling deck while a field has the cursor. Streamlit gives no shortcut to a button then.
// A script that is equal runs once in a browser tab, so this listens once.
(() => {
  const FIELDS = ".st-key-guide_new_label, .st-key-guide_added_label"; // in which a label is named
  const button = (key) => document.querySelector(`.st-key-${key} button:not(:disabled)`);

  const leave = (field) => {
    if (field.closest(FIELDS) && field.value) {
      // What stands there would become a label when the cursor leaves. React sees the change by the event.
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, "");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.blur();
  };

  const onKey = (event) => {
    const field = event.target;
    const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat);
    if (!plain || !field.matches?.("input, textarea") || !document.querySelector(".st-key-guide_deck")) return;
    if (field.type === "file" || field.getAttribute("role") === "combobox") return;
    if (event.key === "Escape") return leave(field);
    if (field.value.trim()) return;
    if (event.key === "Enter") return field.blur();
    const label = /^[1-9]$/.test(event.key) && field.closest(FIELDS) && button(`guide_label_${event.key - 1}`);
    if (!label) return;
    event.preventDefault();
    event.stopPropagation();
    label.click();
  };

  window.refractDeckKeys?.abort();
  window.refractDeckKeys = new AbortController();
  document.addEventListener("keydown", onKey, { capture: true, signal: window.refractDeckKeys.signal });
})();
