/** What commonly goes wrong, found in the records of the server that is asked. */
import { findPitfalls } from '../../advise/pitfalls/find-pitfalls.ts';
import { gatherEvidence } from '../../advise/pitfalls/gather-evidence.ts';
import type { PitfallReport } from '../../advise/pitfalls/pitfall.ts';
import type { ControlApi } from '../../control/port.ts';
import type { Clock } from '../../core/ports.ts';
import type { JobsPort } from '../../jobs/port.ts';
import type { MonitoringApi } from '../../monitor/port.ts';
import { bundleDir } from '../../registry/bundle.ts';
import type { Store } from '../../store/store.ts';

export interface PitfallParts {
  readonly control: ControlApi;
  readonly store: Pick<Store, 'tables'>;
  /** Null where nothing is known of any. */
  readonly monitoring: MonitoringApi | null;
  readonly jobs: JobsPort | null;
  readonly clock: Clock;
  readonly dataDir: string;
}

/** As commands write the path of a data folder: where it lies is nobody's business who asks from elsewhere. */
const DATA_WORD = 'DATA';

/** Throws what the store throws. */
export async function pitfallsIn(parts: PitfallParts): Promise<PitfallReport> {
  const { control, store, monitoring, jobs, clock, dataDir } = parts;
  const evidence = await gatherEvidence({
    ...{ control, monitoring, jobs, dataDir: DATA_WORD },
    ...{ feedback: store.tables.feedback, traffic: store.tables.traffic },
    bundleOf: (digest) => bundleDir(dataDir, digest),
    now: clock.now(),
  });
  return findPitfalls(evidence);
}
