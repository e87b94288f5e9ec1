/** A moment as an axis has room for it: the longer the span, the coarser. Pure but for the zone of the machine. */
const HOUR = 3_600_000;

const WITH_SECONDS = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const WITH_MINUTES = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const WITH_DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const DAYS = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

export function axisTime(at: number, span: number): string {
  if (span < HOUR / 4) return WITH_SECONDS.format(at);
  if (span <= 36 * HOUR) return WITH_MINUTES.format(at);
  return (span <= 4 * 24 * HOUR ? WITH_DAY : DAYS).format(at);
}
