// State that outlives an instance, kept while the browser tab shows the app. Streamlit removes a component from the
// page whenever another page is opened.

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

/** Cameras by the key of their points. */
export const cameras = new Recent();

/** Selections by the component's key: {texts, token, selection}. */
export const selections = new Recent();

/** Keys of generic maps whose morph into a reshaped map has played: it plays once. */
export const morphed = new Recent();
