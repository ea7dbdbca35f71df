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

/** side: the map that is shown where there is room for one; told: whether the wheel was explained. */
export const seen = { side: 1, told: false };

/** Cameras by the key of their points. */
export const cameras = new Recent();

/** Selections by the component's key: {texts, token, selection}. */
export const selections = new Recent();

/** Keys of left maps whose morph has played: it plays once. */
export const morphed = new Recent();
