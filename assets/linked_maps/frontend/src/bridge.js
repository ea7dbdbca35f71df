// The bridge between the three components of a page. They are separate bundles, so a module variable would not do.

const bridge = (globalThis[Symbol.for("refract-linked-maps")] ??= {
  places: new Map(),
  askers: new Map(),
  answers: new Map(),
  events: new EventTarget(),
});

/** Points of the maps by their key: [{key, extent, coordinates, kept}]. */
export const places = bridge.places;

/** By the key of the texts: function (number of a text) that requests the text from Python. */
export const askers = bridge.askers;

/** By the key of the texts: Map from the number of a text to the text. */
export const answers = bridge.answers;

/** Events "places" and "answer": new points or a new text have arrived. */
export const events = bridge.events;

export function announce(type) {
  events.dispatchEvent(new Event(type));
}
