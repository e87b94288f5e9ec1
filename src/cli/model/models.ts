import type { VersionView } from '../../control/port.ts';
import { PlimsollError } from '../../core/errors.ts';
import { allRows } from '../../store/pages.ts';
import { truncate } from '../../text/truncate.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions, withReadableControl } from '../connection/control.ts';
import { versionCheckLines } from '../output/check-lines.ts';
import { printable } from '../output/printable.ts';
import { fittedTable } from '../output/table.ts';
import { terminalWidth } from '../output/terminal.ts';
import { trustLine } from './python/trust-line.ts';
import { wholeNumber } from './whole-number.ts';

/** `models`: what is registered. */
export const modelsCommand: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description(
      'Lists models and their newest versions; with a name, every version of that model, or how two of them differ.',
    )
    .argument('[model]', 'name of a model: lists its versions')
    .option('--from <version>', 'version to compare with, and', wholeNumber('models', '--from'))
    .option('--to <version>', 'version that is compared', wholeNumber('models', '--to'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll models\n  $ plimsoll models churn --json\n  $ plimsoll models churn --from 1 --to 2',
    )
    .action(async (model: string | undefined) => {
      const options = command.optsWithGlobals<ModelsOptions>();
      const compared = comparedVersions(model, options);
      await withReadableControl(options, async (control) => {
        if (compared !== null) {
          const { differencePage } = await import('./difference-page.ts');
          const { printableData } = await import('../output/printable.ts');
          const difference = await control.difference(compared.model, compared.from, compared.to);
          terminal.answer(difference, () => differencePage(printableData(difference)));
          return;
        }
        const items =
          model === undefined
            ? await allRows((page) => control.models(page))
            : await allRows((page) => control.versions(model, page));
        terminal.answer({ items }, () =>
          items.length === 0
            ? nothingIn(options)
            : versionTable(items.map((item) => ('latest' in item ? item.latest : item))),
        );
      });
    });
};

interface ModelsOptions extends ControlOptions {
  readonly from?: number;
  readonly to?: number;
}

/** Null where a list is asked for. Throws USAGE where half of a comparison is. */
function comparedVersions(
  model: string | undefined,
  { from, to }: ModelsOptions,
): { readonly model: string; readonly from: number; readonly to: number } | null {
  if (from === undefined && to === undefined) return null;
  if (model !== undefined && from !== undefined && to !== undefined) return { model, from, to };
  const reason = 'two versions of one model are compared: name the model, --from and --to';
  throw new PlimsollError('USAGE', { reason, command: 'models' });
}

/** Where was looked is named: it may be the wrong folder. */
const nothingIn = ({ url, data }: ControlOptions): string =>
  `No models in ${printable(url ?? data)} yet: plimsoll push FILE --name NAME`;

const HEAD = ['MODEL', 'VERSION', 'STATE', 'RUNS ON', 'PROOF', 'FILE', 'CREATED', 'BY', 'ALIASES'];
const EXPENDABLE = ['BY', 'PROOF', 'FILE', 'RUNS ON', 'CREATED'];

function versionTable(versions: readonly VersionView[]): string {
  const refused = versions.flatMap(({ model, version, state, checks }) =>
    state === 'refused'
      ? [`${model}@${version} is refused`, versionCheckLines(checks.filter(({ ok }) => !ok))]
      : [],
  );
  const trusted = versions.flatMap(({ model, version, python }) =>
    python === null ? [] : [printable(`${model}@${version} ${trustLine(python)}`)],
  );
  const rows = [HEAD, ...versions.map(cells)];
  return [fittedTable(rows, terminalWidth(), EXPENDABLE), ...trusted, ...refused].join('\n');
}

const cells = (view: VersionView): readonly string[] =>
  [
    view.model,
    String(view.version),
    view.state,
    view.runtime ?? '-',
    view.proof ?? '-',
    truncate(view.file, 30),
    view.createdAt.slice(0, 16).replace('T', ' '),
    truncate(view.createdBy, 20),
    view.aliases.join(', '),
  ].map(printable);
