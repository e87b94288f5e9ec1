import { commandGroup } from '../group.ts';
import { evidence } from './evidence.ts';
import { explain } from './explain.ts';
import { exportWindows } from './export.ts';
import { lint } from './lint.ts';
import { replay } from './replay.ts';
import { rollback } from './rollback.ts';
import { simulate } from './simulate.ts';
import { start } from './start.ts';
import { rolloutStatus } from './status.ts';
import { STEERING, steer } from './steer.ts';

/** `rollout`: each command loads what it needs when it runs. */
export const rollout = commandGroup({
  description: 'Moves an endpoint to a new version by evidence; judges recorded and simulated traffic.',
  examples: [
    'plimsoll rollout start churn --to 2',
    'plimsoll rollout status churn',
    'plimsoll rollout replay --windows windows.jsonl --guards errors=0.01',
  ],
  commands: {
    start: { summary: 'start a rollout to a version', define: start, ignores: ['quiet'] },
    status: { summary: 'show the state of a rollout', define: rolloutStatus, ignores: ['quiet'] },
    pause: { summary: STEERING.pause, define: steer('pause'), ignores: ['quiet'] },
    resume: { summary: STEERING.resume, define: steer('resume'), ignores: ['quiet'] },
    promote: { summary: STEERING.promote, define: steer('promote'), ignores: ['quiet'] },
    approve: { summary: STEERING.approve, define: steer('approve'), ignores: ['quiet'] },
    abort: { summary: STEERING.abort, define: steer('abort'), ignores: ['quiet'] },
    rollback: { summary: 'return all traffic to a previous version', define: rollback, ignores: ['quiet'] },
    explain: { summary: 'show which version a unit gets', define: explain, ignores: ['quiet'] },
    evidence: { summary: 'write the signed evidence of a rollout', define: evidence, ignores: ['quiet'] },
    export: {
      summary: 'write the windows of a rollout for replay',
      define: exportWindows,
      ignores: ['quiet'],
    },
    replay: { summary: 'run recorded windows through a policy', define: replay, ignores: ['data', 'quiet'] },
    simulate: { summary: 'run simulated traffic through a policy', define: simulate, ignores: ['data'] },
    lint: { summary: 'check what a policy can detect at a given rate', define: lint, ignores: ['quiet'] },
  },
});
