/** How the monitor of an endpoint stands, in a sentence. Pure. */
import { countText } from '../text/count.ts';
import { grouped } from '../text/numbers.ts';
import type { MonitorView } from './port.ts';

/** A monitor that has not looked for so long is behind, in milliseconds. */
const BEHIND_MS = 180_000;

export function viewSentence(view: Omit<MonitorView, 'sentence'>, now: number): string {
  const { alerts, reference, traffic, evaluatedAt, policy } = view;
  if (evaluatedAt === null) return 'Nothing was looked at yet: it begins with the first requests.';
  if (now - evaluatedAt > BEHIND_MS)
    return `The monitor has not looked since ${new Date(evaluatedAt).toISOString()}: is a server running?`;
  if (alerts.firing > 0)
    return `${countText(alerts.firing, 'alert')} firing: \`plimsoll alerts ${view.endpoint}\`.`;
  if (alerts.pending > 0) return `${countText(alerts.pending, 'alert')} pending.`;
  if (reference === null) {
    const { warmup } = (policy as { readonly drift?: { readonly warmup: number } }).drift ?? { warmup: 0 };
    return `There is no reference yet: the first ${grouped(warmup)} rows of traffic become it, unless one is given (push --reference).`;
  }
  const rows = `${grouped(traffic.hour)} rows within the last hour`;
  return `All is as in the reference (${countText(reference.rows, 'row')} from ${SOURCES[reference.source] ?? reference.source}); ${rows}.`;
}

const SOURCES: Readonly<Record<string, string>> = {
  file: 'a file',
  bundle: 'its bundle',
  traffic: 'its own first traffic',
};
