import { commandGroup } from '../group.ts';
import { ROLLOUT_ACTIONS, rolloutActionCommand } from './actions.ts';
import { rolloutEvidenceCommand } from './evidence.ts';
import { rolloutExplainCommand } from './explain.ts';
import { rolloutExportCommand } from './export.ts';
import { rolloutLintCommand } from './lint.ts';
import { rolloutListCommand } from './list.ts';
import { rolloutReplayCommand } from './replay.ts';
import { rollbackCommand } from './rollback.ts';
import { rolloutSimulateCommand } from './simulate.ts';
import { rolloutStartCommand } from './start.ts';
import { rolloutStatusCommand } from './status.ts';
import { rolloutVerifyCommand } from './verify.ts';

/** `rollout`: each command loads what it needs when it runs. */
export const rolloutCommand = commandGroup({
  description: 'Moves an endpoint to a new version by evidence; judges recorded and simulated traffic.',
  examples: [
    'plimsoll rollout start churn --to 2',
    'plimsoll rollout status churn',
    'plimsoll rollout replay --windows windows.jsonl --guards errors=0.01',
  ],
  commands: {
    start: { summary: 'start a rollout to a version', define: rolloutStartCommand, ignores: ['quiet'] },
    list: { summary: 'list rollouts', define: rolloutListCommand, ignores: ['quiet'] },
    status: { summary: 'show the state of a rollout', define: rolloutStatusCommand, ignores: ['quiet'] },
    pause: { summary: ROLLOUT_ACTIONS.pause, define: rolloutActionCommand('pause'), ignores: ['quiet'] },
    resume: { summary: ROLLOUT_ACTIONS.resume, define: rolloutActionCommand('resume'), ignores: ['quiet'] },
    promote: {
      summary: ROLLOUT_ACTIONS.promote,
      define: rolloutActionCommand('promote'),
      ignores: ['quiet'],
    },
    approve: {
      summary: ROLLOUT_ACTIONS.approve,
      define: rolloutActionCommand('approve'),
      ignores: ['quiet'],
    },
    abort: { summary: ROLLOUT_ACTIONS.abort, define: rolloutActionCommand('abort'), ignores: ['quiet'] },
    rollback: {
      summary: 'return all traffic to a previous version',
      define: rollbackCommand,
      ignores: ['quiet'],
    },
    explain: { summary: 'show which version a unit gets', define: rolloutExplainCommand, ignores: ['quiet'] },
    evidence: {
      summary: 'write the signed evidence of a rollout',
      define: rolloutEvidenceCommand,
      ignores: ['quiet'],
    },
    verify: {
      summary: 'check a signed report of a rollout',
      define: rolloutVerifyCommand,
      ignores: ['quiet'],
    },
    export: {
      summary: 'write the windows of a rollout for replay',
      define: rolloutExportCommand,
      ignores: ['quiet'],
    },
    replay: {
      summary: 'run recorded windows through a policy',
      define: rolloutReplayCommand,
      ignores: ['data', 'quiet'],
    },
    simulate: {
      summary: 'run simulated traffic through a policy',
      define: rolloutSimulateCommand,
      ignores: ['data'],
    },
    lint: {
      summary: 'check what a policy can detect at a given rate',
      define: rolloutLintCommand,
      ignores: ['quiet'],
    },
  },
});
