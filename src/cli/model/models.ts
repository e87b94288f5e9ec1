import type { VersionView } from '../../control/port.ts';
import { allRows } from '../../store/pages.ts';
import { truncate } from '../../text/truncate.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions, withReadableControl } from '../connection/control.ts';
import { versionCheckLines } from '../output/check-lines.ts';
import { printable } from '../output/printable.ts';
import { fittedTable } from '../output/table.ts';
import { terminalWidth } from '../output/terminal.ts';
import { trustLine } from './python/trust-line.ts';

/** `models`: what is registered. */
export const modelsCommand: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Lists models and their newest versions; with a name, every version of that model.')
    .argument('[model]', 'name of a model: lists its versions')
    .addHelpText('after', '\nExamples:\n  $ plimsoll models\n  $ plimsoll models churn --json')
    .action(async (model: string | undefined) => {
      const options = command.optsWithGlobals<ControlOptions>();
      await withReadableControl(options, async (control) => {
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
