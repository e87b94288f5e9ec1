import type { AccuracyView, CohortView, QualityView } from '../../monitor/port.ts';
import { grouped } from '../../text/numbers.ts';
import { percent } from '../../text/percent.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import { withMonitoring } from '../connection/monitoring.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { styled, terminalWidth } from '../output/terminal.ts';

interface QualityOptions extends ControlOptions {
  readonly days?: string;
}

/** `monitor quality`: accuracy by cohort, as labels come, and what is wrong with the rows. */
export const monitorQualityCommand: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Shows accuracy by the time of the answers, and data quality violations.')
    .argument('<endpoint>', 'name of the endpoint')
    .option('--days <number>', 'number of days to go back', '30')
    .addHelpText('after', HELP)
    .action(async (endpoint: string) => {
      const options = command.optsWithGlobals<QualityOptions>();
      const days = Number(options.days);
      if (!(days > 0 && days <= 3650)) {
        const { PlimsollError } = await import('../../core/errors.ts');
        const reason = `--days is "${options.days}", expected a number above 0, at most 3650`;
        throw new PlimsollError('USAGE', { reason, command: 'monitor quality' });
      }
      const view = await withMonitoring(options, (monitoring) => monitoring.quality(endpoint, { days }));
      terminal.answer(view, () => qualityPage(view));
    });
};

const HELP = `
Each line is a cohort: rows that were answered within one span (accuracy.cohort in the policy).
A cohort is revised as labels come: revision and what was known before are in --json. Estimates
are made without labels, with the band in which 95 % of them lie; where labels have shown them
to be off they are hidden.

Examples:
  $ plimsoll monitor quality churn
  $ plimsoll monitor quality churn --days 7 --json
`;

function qualityPage({ endpoint, version, cohorts, accuracy, violations }: QualityView): string {
  const name = `${printable(endpoint)}@${version}`;
  const damage = violations.map(({ kind, sentence }) => `  ${kind}: ${printable(sentence)}`);
  return [
    accuracy === null
      ? `${name}: no labels yet (plimsoll feedback import --help), and its reference has none.`
      : accuracyText(name, accuracy),
    ...(cohorts.length === 0 ? [] : [cohortTable(cohorts, accuracy?.isEstimateTrusted !== false)]),
    damage.length === 0
      ? 'No data quality violations in the rows of the last day.'
      : ['Data quality violations in the rows of the last day:', ...damage].join('\n'),
  ].join('\n\n');
}

function accuracyText(name: string, { metric, reference, rules, attribution }: AccuracyView): string {
  const source = reference?.source === 'file' ? 'rows of its reference' : 'rows of its first traffic';
  const guessed = reference?.isPresumed === true ? '; not compared: see accuracy.target' : '';
  const than =
    reference === null
      ? 'nothing to compare with yet'
      : `${reference.value.toFixed(3)} in ${grouped(reference.rows)} ${source}${guessed}`;
  const title = `${name}, ${metric === null ? 'accuracy' : printable(metric)}: ${than}`;
  const lines = rules.map(({ standing, sentence }) =>
    standing === 'beyond' ? styled('red', `  ${printable(sentence)}`) : `  ${printable(sentence)}`,
  );
  const where = attribution === null ? [] : [`  Where it was lost: ${printable(attribution)}`];
  return [title, ...lines, ...where].join('\n');
}

function cohortTable(cohorts: readonly CohortView[], isTrusted: boolean): string {
  const head = ['since', 'version', 'labels', 'coverage', 'metric', 'estimate', 'corrected', 'revision'];
  const rows = cohorts.map((cohort) => {
    const { from, version, labelled, coverage, realised, estimate, corrected, mature, revision } = cohort;
    return [
      timeText(from),
      String(version),
      grouped(labelled),
      `${percent(coverage, 2)}${mature === true ? '' : ' so far'}`,
      bandText(realised),
      isTrusted || estimate === null ? bandText(estimate) : 'hidden',
      isTrusted || corrected === null ? bandText(corrected) : 'hidden',
      String(revision),
    ];
  });
  return formatTable([head, ...rows], terminalWidth() < 100 ? '' : '  ');
}

/** To the minute, or the day where it begins with one; in UTC, as cohorts are. */
const timeText = (at: number): string =>
  new Date(at).toISOString().slice(0, 16).replace('T00:00', '').replace('T', ' ');

const bandText = (
  known: { readonly value: number; readonly lower: number; readonly upper: number } | null,
): string =>
  known === null ? '–' : `${known.value.toFixed(3)} (${known.lower.toFixed(3)} to ${known.upper.toFixed(3)})`;
