import { PlimsollError } from '../../core/errors.ts';
import type { ColumnReport, ScoreLibrary } from '../../monitor/scores/compare-column.ts';
import type { DefineCommand } from '../command.ts';

interface CompareOptions {
  readonly reference: string;
  readonly current: string;
  readonly scores?: string;
  readonly columns?: string;
}

const DEFAULT_LIBRARIES = 'evidently,nannyml,scipy';

/** `monitor compare`: the scores of other tools, to the digits of those tools. */
export const monitorCompareCommand: DefineCommand = (command, terminal) => {
  command
    .description('Compares the columns of two files by the scores of Evidently, NannyML and scipy.')
    .requiredOption('--reference <file>', 'reference data in .parquet or .csv; its column types are used')
    .requiredOption('--current <file>', 'current data in .parquet or .csv')
    .option(
      '--scores <list>',
      `whose definitions: evidently, nannyml, scipy, deequ (default: ${DEFAULT_LIBRARIES})`,
    )
    .option('--columns <list>', 'columns to compare (default: all of the reference)')
    .addHelpText('after', HELP)
    .action(async (options: CompareOptions) => {
      const libraries = await librariesOf(options.scores ?? DEFAULT_LIBRARIES);
      const { openColumnPairs } = await import('../../monitor/scores/paired-files.ts');
      const { compareColumn, missingColumn } = await import('../../monitor/scores/compare-column.ts');
      const files = await openColumnPairs(options.reference, options.current);
      const progress = terminal.progress('comparing');
      try {
        const columns: ColumnReport[] = [];
        const names = columnsOf(options.columns, files.columns);
        for await (const { name, reference, current } of files.pairs(names)) {
          progress.update(name, columns.length / names.length);
          columns.push(
            current === null
              ? missingColumn(name, reference, libraries)
              : compareColumn(name, { reference, current }, libraries),
          );
        }
        const { comparePage } = await import('./compare-page.ts');
        terminal.answer({ columns }, () => comparePage(columns));
      } finally {
        progress.done();
        files.close();
      }
    });
};

const HELP = `
Each library's scores are equal to its own, and so is its verdict where it is told
nothing. What a library cannot score is null, with the reason. These verdicts are
known to alarm without cause; \`plimsoll monitor replay\` has a budget for that.

With --json: {"columns":[{"column","type","scores":{"evidently":{"psi":0.03,
"ks":{"statistic","p"},…,"default":{"method","score","threshold","drift"}},…}}]}

Examples:
  $ plimsoll monitor compare --reference train.parquet --current today.parquet
  $ plimsoll monitor compare --reference train.csv --current today.csv --columns age,fare --json
  $ plimsoll monitor compare --reference train.csv --current today.csv --scores deequ
`;

async function librariesOf(list: string): Promise<readonly ScoreLibrary[]> {
  const { LIBRARIES } = await import('../../monitor/scores/compare-column.ts');
  return namesOf(list).map((name) => {
    const library = LIBRARIES.find((known) => known === name);
    if (library !== undefined) return library;
    const reason = `--scores has "${name}", expected ${LIBRARIES.join(', ')}`;
    throw new PlimsollError('USAGE', { reason, command: 'monitor compare' });
  });
}

function columnsOf(list: string | undefined, known: readonly string[]): readonly string[] {
  const wanted = list === undefined ? known : namesOf(list);
  const missing = wanted.find((name) => !known.includes(name));
  if (missing === undefined && wanted.length > 0) return wanted;
  const reason =
    missing === undefined
      ? 'there is no column to compare'
      : `--columns has "${missing}", which is no column of the reference that has a score`;
  throw new PlimsollError('USAGE', { reason, command: 'monitor compare' });
}

const namesOf = (list: string): readonly string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
