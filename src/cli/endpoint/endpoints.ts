import type { EndpointView, RolloutView } from '../../control/port.ts';
import { allRows } from '../../store/pages.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions, withReadableControl } from '../connection/control.ts';
import { printable } from '../output/printable.ts';
import { fittedTable } from '../output/table.ts';
import { terminalWidth } from '../output/terminal.ts';

/** `endpoints`: the names that clients call. */
export const endpointsCommand: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Lists endpoints with the version that answers and the running rollout.')
    .addHelpText('after', '\nExamples:\n  $ plimsoll endpoints\n  $ plimsoll endpoints --json')
    .action(async () => {
      await withReadableControl(command.optsWithGlobals<ControlOptions>(), async (control) => {
        const items = await allRows((page) => control.endpoints(page));
        terminal.answer({ items }, () => endpointTable(items));
      });
    });
};

const HEAD = ['ENDPOINT', 'MODEL', 'STABLE', 'BACK TO', 'ROLLOUT', 'ROUTE'];

/** One line an endpoint. */
export function endpointTable(items: readonly EndpointView[]): string {
  if (items.length === 0) return 'No endpoints yet: the first version of a model makes one';
  const rows = items.map(({ name, model, stable, previous, rollout, generation, durable }) =>
    [
      name,
      model,
      `version ${stable}`,
      previous === null ? '-' : `version ${previous}`,
      rollout === null ? '-' : rolloutLine(rollout),
      durable === false ? 'in memory' : `generation ${generation}`,
    ].map(printable),
  );
  return fittedTable([HEAD, ...rows], terminalWidth(), ['ROUTE', 'MODEL', 'BACK TO']);
}

const rolloutLine = ({ strategy, candidate, state, stage, stages, weight }: RolloutView): string =>
  `${strategy} of version ${candidate}: ${state}, stage ${Math.min(stage + 1, stages)} of ${stages}, ${weight} %`;
