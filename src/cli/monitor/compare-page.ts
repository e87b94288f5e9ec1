import type { ColumnReport, LibraryReport } from '../../monitor/scores/compare-column.ts';
import type { ScoreValue } from '../../monitor/scores/library-scores.ts';
import { truncate } from '../../text/truncate.ts';
import { formatTable } from '../output/table.ts';

/** A block a column: each library's verdict, then its scores side by side. */
export function comparePage(columns: readonly ColumnReport[]): string {
  return columns.map(columnBlock).join('\n\n');
}

function columnBlock({ column, type, scores }: ColumnReport): string {
  const libraries = Object.entries<LibraryReport>(scores);
  const names = [...new Set(libraries.flatMap(([, report]) => scoreNames(report)))];
  const rows = [
    ['', ...libraries.map(([library]) => library)],
    ['drift', ...libraries.map(([, report]) => verdictText(report))],
    ...names.map((name) => [name, ...libraries.map(([, report]) => scoreText(report[name]))]),
  ];
  const reasons = libraries.flatMap(([library, report]) => reasonLines(library, report.reasons));
  return [`${column} (${type})`, formatTable(rows), ...reasons].join('\n');
}

const scoreNames = (report: LibraryReport): string[] =>
  Object.keys(report).filter((name) => name !== 'default' && name !== 'reasons');

function verdictText({ default: verdict }: LibraryReport): string {
  if (verdict === null) return '–';
  const { drift, method, score, threshold } = verdict;
  return `${drift ? 'YES' : 'no'}: ${method} ${shown(score)}, threshold ${shown(threshold)}`;
}

function scoreText(score: LibraryReport[string]): string {
  if (score === undefined) return '';
  if (score === null) return '–';
  if (typeof score === 'number') return shown(score);
  const { statistic, p } = score as Exclude<ScoreValue, number>;
  return `${shown(statistic)} (p ${shown(p)})`;
}

const shown = (value: number): string => (value === 0 ? '0' : String(Number(value.toPrecision(4))));

/** Why what is missing is missing, each reason once. */
function reasonLines(library: string, reasons: Readonly<Record<string, string>> = {}): string[] {
  const byReason = Map.groupBy(Object.entries(reasons), ([, reason]) => reason);
  return [...byReason].map(([reason, entries]) => {
    const names = entries.map(([name]) => name).join(', ');
    return `  – ${library} ${truncate(names, 40)}: ${reason}`;
  });
}
