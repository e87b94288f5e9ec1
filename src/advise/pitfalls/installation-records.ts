import type { ControlApi } from '../../control/port.ts';
import type { JobsPort } from '../../jobs/port.ts';
import type { MonitoringApi } from '../../monitor/port.ts';
import type { Feedback, TrafficCells } from '../../store/store.ts';

/** Where the records of an installation are read. */
export interface InstallationRecords {
  readonly control: Pick<
    ControlApi,
    'endpoints' | 'models' | 'version' | 'allRollouts' | 'history' | 'audit'
  >;
  /** Null where nothing was ever watched. */
  readonly monitoring: Pick<MonitoringApi, 'monitors' | 'deadLetters'> | null;
  /** Null where no job was ever defined. */
  readonly jobs: Pick<JobsPort, 'jobs' | 'runs'> | null;
  readonly feedback: Pick<Feedback, 'newest'>;
  readonly traffic: Pick<TrafficCells, 'requests'>;
  /** Folder of the bundle of a digest. */
  bundleOf(digest: string): string;
  /** As commands are to name it: `DATA`, or its path. */
  readonly dataDir: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}
