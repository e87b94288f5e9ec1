/** Entry of the short-lived process that reads the counts that were kept: for one picture, or to replay another policy over them. */
import { setPriority } from 'node:os';
import { type FeatureHistory, featureHistory } from '../../monitor/kept/feature-history.ts';
import { type PolicyReplay, replayPolicies } from '../../monitor/kept/policy-replay.ts';
import type { ReplayProgress } from '../../monitor/kept/view-schemas.ts';
import { answerChildJob } from '../../process/child-job.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import type { KeptRequest } from './kept-counts.ts';

/** Below what answers requests on the same machine. */
const NICENESS = 10;
/** Progress is told so often at most, in milliseconds. */
const TELL_MILLIS = 250;

answerChildJob<KeptRequest, ReplayProgress>(
  'reading what was counted',
  async ({ url, work, limitMillis }, say): Promise<FeatureHistory | PolicyReplay | null> => {
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
      return work.kind === 'history'
        ? await featureHistory(store, work.request)
        : await replayPolicies({ store, isOver, onProgress }, work.request);
    } finally {
      await store.close();
    }
  },
);
