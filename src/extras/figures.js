// Seconds in figures.

/** Seconds as a stop watch shows them: `0:07`, `12:30`, `1:00:00`. */
export function stopWatch(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}

/** An expected wait in whole minutes, rounded up: who is served earlier than promised is pleased. */
export const minutesOf = (seconds) => Math.ceil(seconds / 60);
