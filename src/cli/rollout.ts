import type { Define } from './commands.ts';
import { lint } from './rollout-lint.ts';
import { replay } from './rollout-replay.ts';
import { simulate } from './rollout-simulate.ts';

export const rollout: Define = (command, terminal) => {
  command
    .description('Decides about a new version by evidence: recorded traffic, invented traffic.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll rollout replay --windows windows.jsonl --guards errors=0.01',
    );
  replay(command.command('replay').summary('recorded windows through a policy'), terminal);
  simulate(command.command('simulate').summary('invented traffic through a policy'), terminal);
  lint(command.command('lint').summary('what a policy can do at given traffic'), terminal);
};
