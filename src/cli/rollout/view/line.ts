import type { RolloutView } from '../../../control/port.ts';

/** A rollout in one line: `canary ro_1 of churn to version 2: running, stage 3 of 5, 25 %`. */
export const rolloutLine = (rollout: RolloutView): string => {
  const { strategy, id, endpoint, candidate, state, stage, stages, weight } = rollout;
  const where =
    state === 'running' || state === 'holding'
      ? `, stage ${Math.min(stage + 1, stages)} of ${stages}, ${weight} %`
      : '';
  const word = state === 'running' && rollout.progress?.approved === true ? ', approved' : '';
  return `${strategy} ${id} of ${endpoint} to version ${candidate}: ${state}${where}${word} (${rollout.reason})`;
};
