// Numbers and dates on a continuous scale: their place on it, and their words.

const MINUTE = 60_000;
const DAY = 86_400_000;
const day = { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" };
const days = new Intl.DateTimeFormat("en-GB", day);
const minutes = new Intl.DateTimeFormat("en-GB", { ...day, hour: "2-digit", minute: "2-digit" });
const numbers = new Intl.NumberFormat("en", { maximumSignificantDigits: 5, useGrouping: "min2" });

/** A function from a number to its place on the scale, 0 … 1; numbers beyond an end are at that end. */
export function placeOnScale({ low, high }) {
  return (value) => Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
}

/** A value in words; dates are days after an origin, and to the minute, since 32 bits hold no more. */
export function valueText({ origin }, value) {
  if (origin === null) return numbers.format(value);
  const time = Math.round((origin + value * DAY) / MINUTE) * MINUTE;
  return (time % DAY === 0 ? days : minutes).format(new Date(time));
}
