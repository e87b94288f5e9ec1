import type { ExplanationDocument } from '../../explain/explanation.ts';
import type { ImageDocument } from '../../explain/image/explain-image.ts';
import type { TextDocument } from '../../explain/text/text-document.ts';
import { countText } from '../../text/count.ts';
import { truncate } from '../../text/truncate.ts';
import { printable } from '../output/printable.ts';

/** Rows, and columns of a row, that a terminal shows. */
const ROWS_SHOWN = 5;
const COLUMNS_SHOWN = 10;
const NAME_WIDTH = 32;
const BAR_WIDTH = 24;
/** From nothing to the most. */
const SHADES = ' ░▒▓█';

/** What bars are drawn of. */
type ShownValues = Pick<ExplanationDocument, 'features' | 'values' | 'baseValues' | 'classes'>;

/** The largest attributions of the first rows as bars: to the right what raises the answer, to the left what lowers it. */
export function explanationPage(document: ExplanationDocument): string {
  const { method, output, values, baseValues, standardErrors, notes = [] } = document;
  const shown = values.slice(0, ROWS_SHOWN).map((_, row) => rowLines(document, row).join('\n'));
  const more = values.length - shown.length;
  return [
    `${output}, explained by ${method}; without any column it is ${baseValues.map((value) => figure(value)).join(', ')}`,
    ...(standardErrors === undefined ? [] : [errorLine(document, standardErrors)]),
    ...notes.map((note) => `Note: ${printable(note)}`),
    ...shown,
    ...(more > 0 ? [`… ${countText(more, 'more row')}: use --json`] : []),
  ].join('\n\n');
}

/** The same for words of texts: of each row those that say the most, as they stand in it. */
export function textPage(document: TextDocument): string {
  const { method, output, tokens, values, baseValues, features } = document;
  const shown = tokens.slice(0, ROWS_SHOWN).map((words, row) => {
    const base = baseValues[row];
    const own = Array.isArray(base) ? base : (baseValues as readonly number[]);
    const names = words.map(({ text, start }) => `${text} (${start})`);
    return rowLines(
      { ...document, features: names, values: [values[row] ?? []], baseValues: own },
      0,
      row,
    ).join('\n');
  });
  const more = tokens.length - shown.length;
  return [
    `${output} by the words of ${printable(features.join())}, explained by ${method}`,
    ...shown,
    ...(more > 0 ? [`… ${countText(more, 'more row')}: use --json`] : []),
  ].join('\n\n');
}

/** The patches of images as letters: those that speak most for the class, and most against. */
export function imagePage({ output, grid, explained, scores, values }: ImageDocument): string {
  const shown = values.slice(0, ROWS_SHOWN).map((rows, row) => {
    const most = rows.flat().reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
    const mark = (value: number): string =>
      value < 0
        ? value < -most / 2
          ? '≡'
          : '-'
        : (SHADES[Math.ceil((value / most) * (SHADES.length - 1))] ?? '█');
    const lines = rows.map((cells) => `  ${cells.map((value) => mark(value).repeat(2)).join('')}`);
    const of = `Row ${row}: ${figure(scores[row] ?? 0)} of ${printable(String(explained[row]))}`;
    return [of, ...lines, `  █ is ${figure(most)} of it, - and ≡ speak against it`].join('\n');
  });
  const more = values.length - shown.length;
  return [
    `${output}, explained by covering patches of ${grid.patch} × ${grid.patch} of ${grid.width} × ${grid.height} pixels`,
    ...shown,
    ...(more > 0 ? [`… ${countText(more, 'more row')}: use --json`] : []),
  ].join('\n\n');
}

/** How far estimates are from what all coalitions would give. */
function errorLine({ evaluations }: ExplanationDocument, errors: ExplanationDocument['values']): string {
  const most = errors.flat(2).reduce<number>((worst, error) => Math.max(worst, Number(error)), 0);
  const asked = evaluations === undefined ? '' : ` of ${countText(evaluations, 'evaluation')} a row`;
  if (Number.isNaN(most)) return `Estimates${asked}: too few to say how far they are off`;
  return `Estimates${asked}: standard errors are up to ${figure(most)}`;
}

function rowLines(document: ShownValues, row: number, shown = row): readonly string[] {
  const { features, values, baseValues, classes } = document;
  const cells = values[row] ?? [];
  // Of several scores the one that the row raises most.
  const totals = baseValues.map((base, k) =>
    cells.reduce<number>((sum, cell) => sum + scoreOf(cell, k), base),
  );
  const best = totals.indexOf(Math.max(...totals));
  const parts = cells
    .map((cell, k) => ({ name: features[k] ?? '', value: scoreOf(cell, best) }))
    .toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const most = Math.abs(parts[0]?.value ?? 0) || 1;
  const named = parts.slice(0, COLUMNS_SHOWN);
  const rest = parts.slice(COLUMNS_SHOWN).reduce((sum, { value }) => sum + value, 0);
  const lines = named.map(({ name, value }) => line(name, value, most));
  const others = parts.length - named.length;
  if (others > 0) lines.push(line(countText(others, 'other column'), rest, most));
  const of = baseValues.length === 1 ? '' : ` of ${printable(String(classes?.[best] ?? best))}`;
  return [`Row ${shown}: ${figure(totals[best] ?? 0)}${of}`, ...lines];
}

const scoreOf = (cell: number | readonly number[], k: number): number =>
  typeof cell === 'number' ? cell : (cell[k] ?? 0);

function line(name: string, value: number, most: number): string {
  const length = Math.min(BAR_WIDTH, Math.round((Math.abs(value) / most) * BAR_WIDTH));
  const bar = '█'.repeat(length);
  const sides = value < 0 ? [bar.padStart(BAR_WIDTH), ''] : [' '.repeat(BAR_WIDTH), bar];
  const label = truncate(printable(name), NAME_WIDTH).padEnd(NAME_WIDTH);
  return `  ${label} ${figure(value, true).padStart(10)}  ${sides.join('│')}`.trimEnd();
}

const figure = (value: number, signed = false): string =>
  `${signed && value >= 0 ? '+' : ''}${Number(value.toPrecision(4))}`;
