// What the three components on one page share. They are separate bundles, and therefore it is no variable of a module.

const shared = (globalThis[Symbol.for("refract-linked-maps")] ??= {
  places: new Map(),
  askers: new Map(),
  answers: new Map(),
  events: new EventTarget(),
});

/** Points of the maps by their key: [{key, extent, coordinates, kept}]. */
export const places = shared.places;

/** By the key of the texts: function (number of a text) that asks Python for it. */
export const askers = shared.askers;

/** By the key of the texts: Map from the number of a text to the text. */
export const answers = shared.answers;

/** "places" and "answer" say that something new is there. */
export const events = shared.events;

export function announce(type) {
  events.dispatchEvent(new Event(type));
}
