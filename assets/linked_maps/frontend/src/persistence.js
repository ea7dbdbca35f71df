// State that outlives one instance. Streamlit takes a component off the page whenever another page is opened.
// Kept for as long as the browser tab shows the app.

const KEPT = 24;

class Recent extends Map {
  set(key, value) {
    this.delete(key);
    super.set(key, value);
    if (this.size > KEPT) this.delete(this.keys().next().value);
    return this;
  }
}

/** Which toggles of the toolbar are pressed. */
export const toggles = { contours: false, doubtful: false };

/** Cameras by the key of the points they look at. */
export const cameras = new Recent();

/** Selections by the component's key: {texts, token, selection}. */
export const selections = new Recent();

/** Keys of generic maps whose morph into a reshaped one was shown already: it is shown once, not at every visit. */
export const morphed = new Recent();
