/** Entry of the short-lived process that reads the counts that were kept: for one picture, or to replay another policy over them. */
import { setPriority } from 'node:os';
import { type FeatureHistory, featureHistory } from '../../monitor/kept/feature-history.ts';
import { type PolicyReplay, replayPolicies } from '../../monitor/kept/policy-replay.ts';
import type { ReplayProgress } from '../../monitor/kept/view-schemas.ts';
import { driftView } from '../../monitor/local-drift.ts';
import type { ReferenceProfile } from '../../monitor/reference/reference-profile.ts';
import { answerChildJob } from '../../process/child-job.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import type { DriftRequest, KeptRequest, SeenDrift } from './kept-counts.ts';

/** Below what answers requests on the same machine. */
const NICENESS = 10;
/** Progress is told so often at most, in milliseconds. */
const TELL_MILLIS = 250;

answerChildJob<KeptRequest, ReplayProgress>(
  'reading what was counted',
  async ({ url, work, limitMillis }, say): Promise<FeatureHistory | PolicyReplay | SeenDrift | null> => {
    setPriority(NICENESS);
    const store = await openMonitoring(url);
    const began = performance.now();
    let told = began;
    const onProgress = (progress: ReplayProgress): void => {
      const now = performance.now();
      if (now - told < TELL_MILLIS) return;
      told = now;
      say(progress);
    };
    const isOver = (): boolean => performance.now() - began > limitMillis;
    try {
      if (work.kind === 'history') return await featureHistory(store, work.request);
      if (work.kind === 'replay') return await replayPolicies({ store, isOver, onProgress }, work.request);
      return await seenDrift(store, work.request);
    } finally {
      await store.close();
    }
  },
);

async function seenDrift(store: MonitoringStore, { known, query }: DriftRequest): Promise<SeenDrift> {
  const view = await driftView({ store, clock: SYSTEM_CLOCK }, known, query);
  const row = await store.profile(known.model, query.version ?? known.stable);
  const { features, outputs } = (row?.profile ?? { features: [], outputs: [] }) as ReferenceProfile;
  return { view, features: features.length + outputs.length };
}
