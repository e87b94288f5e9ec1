import type { PitfallReport } from '../../advise/pitfalls/pitfall.ts';
import type { ServerJobs } from '../jobs/jobs.ts';
import type { ServerMonitor } from '../monitor/monitor.ts';
import type { PitfallParts } from './served-pitfalls.ts';

interface LazyParts extends Omit<PitfallParts, 'monitoring' | 'jobs'> {
  readonly monitor: Pick<ServerMonitor, 'monitoring'>;
  readonly jobs: Pick<ServerJobs, 'known'>;
}

/** Looks for pitfalls, with code that is loaded for who asks first; who asks meanwhile gets the same report. */
export function lazyPitfalls({ monitor, jobs, ...parts }: LazyParts): () => Promise<PitfallReport> {
  let underWay: Promise<PitfallReport> | null = null;
  const look = async (): Promise<PitfallReport> => {
    const { pitfallsIn } = await import('./served-pitfalls.ts');
    return pitfallsIn({ ...parts, monitoring: await monitor.monitoring(), jobs: await jobs.known() });
  };
  return () => {
    underWay ??= look().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}
