// duration.ts - spans of time in words.

// "0:23", "12:00": what is left of a wait.
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

// "23 seconds", "15 minutes": the same, to be said aloud once.
export function spoken(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole < 90 ? counted(whole, 'second') : counted(Math.ceil(whole / 60), 'minute');
}

const kUnits: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86400],
  ['month', 30 * 86400],
  ['week', 7 * 86400],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

// "just now", "3 minutes ago", "yesterday". `now`: milliseconds since 1970.
export function ago(when: string, now: number): string {
  const seconds = (now - Date.parse(when)) / 1000;
  if (Number.isNaN(seconds)) return 'at an unknown time';
  const unit = kUnits.find(([, length]) => seconds >= length);
  if (!unit) return 'just now';
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-Math.floor(seconds / unit[1]), unit[0]);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
