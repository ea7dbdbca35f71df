// How Streamlit calls a component: when it appears, and again after every rerun or change of theme.

/** One instance per place on the page, kept across calls: camera and selection live in it. */
const instances = new WeakMap();

/**
 * @param {ParentNode} parentElement
 * @param {() => {destroy: () => void}} create
 */
export function instanceOf(parentElement, create) {
  if (!instances.has(parentElement)) instances.set(parentElement, create());
  return instances.get(parentElement);
}

/** What a component returns to Streamlit. */
export function cleanup(parentElement) {
  return () => {
    // Streamlit also calls this for a call that a newer one overtook; only what has left the page is taken down.
    setTimeout(() => {
      if (parentElement.isConnected) return;
      instances.get(parentElement)?.destroy();
      instances.delete(parentElement);
    });
  };
}
