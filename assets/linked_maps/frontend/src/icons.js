// Icons of the toolbar: paths in a square of 16.

export const ICONS = {
  pan: `<path d="M8 1.5v13M1.5 8h13M8 1.5 6 3.5M8 1.5l2 2M8 14.5l-2-2M8 14.5l2-2M1.5 8l2-2M1.5 8l2 2M14.5 8l-2-2M14.5 8l-2 2"/>`,
  lasso: `<path d="M5.2 11.2C3 10.4 1.5 8.9 1.5 7 1.5 4.2 4.4 2 8 2s6.5 2.2 6.5 5-2.9 5-6.5 5c-.6 0-1.1 0-1.6-.1"/><circle cx="5" cy="11.5" r="1.6"/><path d="M4.5 13c.2.8 0 1.4-.8 1.8"/>`,
  box: `<rect x="2" y="3" width="12" height="10" rx="1" stroke-dasharray="2.5 1.8"/>`,
  clear: `<path d="M4 4l8 8M12 4l-8 8"/>`,
  contours: `<path d="M8 1.8c3.6 0 6.2 2.4 6.2 6S11.8 14.2 8 14.2 1.8 11.5 1.8 8 4.4 1.8 8 1.8z"/><path d="M8.3 4.8c1.9 0 3.1 1.3 3.1 3S10.2 11 8.3 11 5 9.8 5 8s1.4-3.2 3.3-3.2z"/>`,
  doubtful: `<path d="M3 3l3.5 3.5M6.5 3 3 6.5M9.5 9.5 13 13M13 9.5 9.5 13"/><circle cx="11.5" cy="4.5" r="1.3"/><circle cx="4.5" cy="11.5" r="1.3"/>`,
  play: `<path d="M4.5 2.5v11l9-5.5z" fill="currentcolor"/>`,
};

export function icon(action) {
  return `<svg viewBox="0 0 16 16" aria-hidden="true">${ICONS[action]}</svg>`;
}
