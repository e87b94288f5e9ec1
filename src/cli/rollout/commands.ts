import type { RolloutCommand } from '../../control/port.ts';
import type { Define } from '../commands.ts';
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

export const rollout: Define = (command, terminal) => {
  command
    .description('Moves an endpoint to a new version by evidence; judges recorded and invented traffic.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll rollout start churn --to 2\n  $ plimsoll rollout status churn\n  $ plimsoll rollout replay --windows windows.jsonl --guards errors=0.01',
    );
  const add = (name: string, summary: string, define: typeof start): void =>
    define(command.command(name).summary(summary), terminal);
  add('start', 'let a version earn its traffic', start);
  add('status', 'how a rollout stands', rolloutStatus);
  for (const [word, summary] of Object.entries(STEERING)) add(word, summary, steer(word as RolloutCommand));
  add('rollback', 'everybody on the version before, at once', rollback);
  add('explain', 'which version a unit gets, and why', explain);
  add('evidence', 'the signed account of a rollout', evidence);
  add('export', 'the windows of a rollout, to be replayed', exportWindows);
  add('replay', 'recorded windows through a policy', replay);
  add('simulate', 'invented traffic through a policy', simulate);
  add('lint', 'what a policy can do at given traffic', lint);
};
