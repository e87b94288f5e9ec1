/** Moments as people read them, always with their zone or as how long ago. Pure. */
import { durationWords } from './words.ts';

/** What is longer ago is told by its date. */
const AGO_MOST = 36 * 3_600_000;

const MOMENT = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  timeZoneName: 'short',
});

/** `30 Nov 2026, 11:22 CET`. */
export const momentWords = (at: number): string => MOMENT.format(at);

/** `12 min ago`, or the moment where that is long ago. */
export function agoWords(at: number, now: number): string {
  const ago = now - at;
  if (ago < 60_000) return 'just now';
  return ago > AGO_MOST ? momentWords(at) : `${durationWords(Math.floor(ago / 60_000) * 60_000)} ago`;
}
