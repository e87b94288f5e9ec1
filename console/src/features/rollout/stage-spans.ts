/** When each stage began and ended. Pure. */
import type { RolloutHistory } from '../../api/generated/control-api.ts';

export interface StageSpan {
  /** Milliseconds since the epoch. */
  readonly from: number;
  /** Null while it goes on. */
  readonly to: number | null;
}

/** Of `count` stages; null of those that never began. `endedAt`: when the whole was over, or null. */
export function stageSpans(
  moments: RolloutHistory['moments'],
  count: number,
  endedAt: number | null,
): readonly (StageSpan | null)[] {
  const over = moments.find(({ state }) => state !== 'running' && state !== 'holding')?.at ?? endedAt;
  return Array.from({ length: count }, (_, stage) => {
    const from = moments.find((moment) => moment.stage === stage)?.at;
    if (from === undefined) return null;
    return { from, to: moments.find((moment) => moment.stage > stage)?.at ?? over };
  });
}
