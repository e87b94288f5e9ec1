import { elementAt } from '../../core/element-at.ts';
import type { DriftView, FeatureDrift } from '../../monitor/port.ts';
import { countText } from '../../text/count.ts';
import { percent } from '../../text/percent.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import { withMonitoring } from '../connection/monitoring.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { styled, terminalWidth } from '../output/terminal.ts';

interface ShowOptions extends ControlOptions {
  readonly hours?: string;
  readonly model?: string;
}

/** `monitor show`: every feature against its reference. */
export const monitorShowCommand: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Compares every feature and output of an endpoint with its reference.')
    .argument('<endpoint>', 'name of the endpoint')
    .option('--hours <number>', 'only rows of the last hours')
    .option('--model <version>', 'version to show (default: the stable one)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll monitor show churn\n  $ plimsoll monitor show churn --hours 6 --json',
    )
    .action(async (endpoint: string) => {
      const options = command.optsWithGlobals<ShowOptions>();
      const { hours, model } = options;
      const query = {
        ...(hours === undefined ? {} : { hours: Number(hours) }),
        ...(model === undefined ? {} : { version: Number(model) }),
      };
      const view = await withMonitoring(options, (monitoring) => monitoring.drift(endpoint, query));
      terminal.answer(view, () => shown(view));
    });
};

const CAUSES = {
  data: 'Both versions see it: the data moved.',
  model: 'One version alone sees it: the model moved.',
} as const;

function shown({ endpoint, version, rows, features, cause }: DriftView): string {
  if (features.length === 0) {
    const name = `${printable(endpoint)}@${version}`;
    return `Nothing was compared yet for ${name}: ${countText(rows, 'row')} came, and a look takes 32.`;
  }
  const head = ['feature', 'state', 'effect', 'at least', 'missing', 'unseen', 'reference', 'now'];
  const lines = features.map((feature) => [
    printable(feature.side === 'output' ? `→ ${feature.feature}` : feature.feature),
    feature.state === 'drifting' ? styled('red', 'drifting') : 'quiet',
    `${feature.effect.unit} ${feature.effect.value.toFixed(3)}`,
    feature.effect.low.toFixed(3),
    shareCell(feature.missing.current),
    shareCell(feature.unseen.current),
    bars(feature, feature.reference),
    bars(feature, feature.current),
  ]);
  const title = `${printable(endpoint)}@${version}, ${countText(rows, 'row')}`;
  const drawn = formatTable([head, ...lines], terminalWidth() < 100 ? '' : '  ');
  return [title, drawn, ...(cause === null ? [] : [CAUSES[cause]])].join('\n');
}

const shareCell = (share: number): string => (share === 0 ? '' : percent(share));

const BARS = ' ▁▂▃▄▅▆▇█';
const BARS_MAX = 16;

/** Shares of the bins that any row is in, the first ones, as high as the highest of both. */
function bars({ reference, current }: FeatureDrift, counts: readonly number[]): string {
  const shares = (of: readonly number[]): number[] => {
    const all = of.reduce((sum, count) => sum + count, 0) || 1;
    return of.map((count) => count / all);
  };
  const most = Math.max(...shares(reference), ...shares(current));
  return shares(counts)
    .filter((_, bin) => elementAt(reference, bin) + elementAt(current, bin) > 0)
    .slice(0, BARS_MAX)
    .map((share) => BARS[Math.ceil((share / most) * (BARS.length - 1))])
    .join('');
}
