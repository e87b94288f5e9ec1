/** The pitfalls that `doctor` finds in the records of an installation. */
import { PITFALL_REPORT, type PitfallReport } from '../../advise/pitfalls/pitfall.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { type ControlOptions, controlTarget } from '../connection/control.ts';
import type { MachineCheck } from './checks.ts';
import { mendingHere } from './mending.ts';

export interface RecordsFound extends PitfallReport {
  /** Whether they could be read; null where there are none. */
  readonly check: MachineCheck | null;
}

const NOTHING: RecordsFound = { pitfalls: [], looked: [], passedOver: [], check: null };

/**
 * Asks the server at `--url`, else the one that owns the data folder, else the folder itself. Of one that holds nothing, or is
 * not there, nothing is said and nothing made. That the records cannot be read is a check that failed.
 */
export async function recordsOf(options: ControlOptions): Promise<RecordsFound> {
  try {
    const report = await reportOf(options);
    if (report === null) return NOTHING;
    const pitfalls = report.pitfalls.map((one) => ({ ...one, fix: mendingHere(one.fix, options) }));
    return { ...report, pitfalls, check: null };
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    const { message: found, hint: fix } = error;
    return { ...NOTHING, check: { name: 'records', status: 'fail', found, fix } };
  }
}

async function reportOf(options: ControlOptions): Promise<PitfallReport | null> {
  const target = await controlTarget(options);
  if (target !== null) {
    const { askControl } = await import('../../http/control-request.ts');
    return askControl(PITFALL_REPORT, target, { method: 'GET', path: '/pitfalls' });
  }
  const storeUrl = process.env['PLIMSOLL_STORE'] ?? null;
  const { hasRecords, pitfallsHere } = await import('../../server/pitfalls/offline-pitfalls.ts');
  return hasRecords(options.data, storeUrl) ? pitfallsHere(options.data, storeUrl) : null;
}
