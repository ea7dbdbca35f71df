// Lifecycle of a component: Streamlit calls it when it appears, and after every rerun or change of theme.

/** One instance per element, kept across calls with its camera and selection. */
const instances = new WeakMap();

/**
 * @param {ParentNode} parentElement
 * @param {() => {destroy: () => void}} create
 */
export function instanceOf(parentElement, create) {
  if (!instances.has(parentElement)) instances.set(parentElement, create());
  return instances.get(parentElement);
}

/** The cleanup function that a component returns to Streamlit. */
export function cleanup(parentElement) {
  return () => {
    // Streamlit also runs the cleanup of a call that a newer call replaced: destroy only what has left the page.
    setTimeout(() => {
      if (parentElement.isConnected) return;
      instances.get(parentElement)?.destroy();
      instances.delete(parentElement);
    });
  };
}
