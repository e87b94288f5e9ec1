import { countText } from '../../text/count.ts';
import { grouped } from '../../text/numbers.ts';
import type { EndpointEvidence } from './evidence.ts';
import type { Pitfall } from './pitfall.ts';
import { pushAgain } from './push-again.ts';

/** Nothing that answers could be compared with: neither rows that were given, nor enough of traffic. Pure. */
export function noReference({ name, stable, monitor }: EndpointEvidence): Pitfall | null {
  if (monitor === null || !monitor.watchesDrift || monitor.reference !== null) return null;
  // It was given, and its profile is made as soon as monitoring looks.
  if (stable.hasReference) return null;
  const { warmup, rowsOfDay } = monitor;
  const version = `${stable.model}@${stable.version}`;
  return {
    id: 'no-reference',
    subject: { kind: 'endpoint', name },
    what: `Nothing says what normal inputs of ${version} look like`,
    why: `Drift is not watched: the first ${grouped(warmup)} rows of traffic would become the reference, and whatever is wrong with them would be normal from then on`,
    evidence: [
      `${version} was pushed without --reference`,
      `${countText(rowsOfDay, 'row')} of traffic within the last day`,
    ],
    fix: pushAgain(stable, '--reference TRAINING_ROWS.csv'),
    guide: 'docs/monitoring.md',
  };
}
