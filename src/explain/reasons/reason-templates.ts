/** What people say of the columns of a model, declared with a version: one sentence a column and direction. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { isOneOf, isRecord } from '../../core/record.ts';
import type { Signature } from '../../model/signature.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { truncate } from '../../text/truncate.ts';

/** What a column does to the score. */
export type ReasonDirection = 'lowers' | 'raises';

/** What is said of one column; where a direction has no sentence, a usual one is taken. */
export interface ColumnTemplates {
  readonly lowers?: string;
  readonly raises?: string;
  /** Where the value is missing, in either direction. */
  readonly missing?: string;
  /** Code by which others know the reason. */
  readonly code?: string;
}

export interface ReasonTemplates {
  /** Class whose score reasons are about; absent: of two classes the second, of more the likeliest of each row. */
  readonly class?: string;
  /** The only direction that is a reason; absent: both are. */
  readonly direction?: ReasonDirection;
  readonly columns: Readonly<Record<string, ColumnTemplates>>;
}

export const NO_TEMPLATES: ReasonTemplates = { columns: {} };

const KEYS = ['class', 'direction', 'columns'] as const;
const DIRECTIONS = ['lowers', 'raises'] as const;
const SENTENCES = [...DIRECTIONS, 'missing'] as const;
const COLUMN_KEYS = [...SENTENCES, 'code'] as const;
const MOST_CHARACTERS = 500;
const MOST_CODE = 64;
/** Problems that an error names. */
const MOST_PROBLEMS = 20;
const PLACES = ['{value}', '{feature}'] as const;

/** Checks a document against the columns that it is about. Throws REASONS_INVALID, naming every part that is wrong. */
export function readReasonTemplates(written: unknown, path: string, signature: Signature): ReasonTemplates {
  const problems: string[] = [];
  const templates = isRecord(written)
    ? templatesIn(written, signature, problems)
    : problemIn(problems, 'it is no table with "columns"');
  if (templates !== null && problems.length === 0) return templates;
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more`] : [];
  const list = [...problems.slice(0, MOST_PROBLEMS), ...more];
  throw new PlimsollError('REASONS_INVALID', { path, problems: list.join('; '), list });
}

function problemIn(problems: string[], problem: string): null {
  problems.push(problem);
  return null;
}

const shown = (value: unknown): string => truncate(JSON.stringify(value) ?? String(value), 60);

function templatesIn(
  written: Readonly<Record<string, unknown>>,
  signature: Signature,
  problems: string[],
): ReasonTemplates | null {
  for (const key of Object.keys(written))
    if (!isOneOf(KEYS, key))
      problems.push(`${shown(key)} is none of ${KEYS.join(', ')}${didYouMean(key, KEYS)}`);
  const { class: about, direction, columns } = written;
  const classes = signature.classes?.values.map(String) ?? [];
  if (about !== undefined && !classes.includes(String(about)))
    problems.push(`"class" is ${shown(about)}, wanted one of ${shown(classes)}`);
  if (direction !== undefined && !isOneOf(DIRECTIONS, direction))
    problems.push(`"direction" is ${shown(direction)}, wanted ${DIRECTIONS.join(' or ')}`);
  if (!isRecord(columns)) return problemIn(problems, '"columns" is no table of columns');
  const names = signature.form === 'tensors' ? [] : signature.columns.map(({ name }) => name);
  const known = new Set(names);
  const entries = Object.entries(columns).map(([name, of]) => {
    if (!known.has(name)) problems.push(`the model has no column ${shown(name)}${didYouMean(name, names)}`);
    return [name, columnTemplates(of, name, problems)] as const;
  });
  return {
    ...(about === undefined ? {} : { class: String(about) }),
    ...(isOneOf(DIRECTIONS, direction) ? { direction } : {}),
    columns: Object.fromEntries(entries),
  };
}

function columnTemplates(written: unknown, column: string, problems: string[]): ColumnTemplates {
  if (!isRecord(written)) {
    problems.push(`${shown(column)} is no table with ${COLUMN_KEYS.join(', ')}`);
    return {};
  }
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(written)) {
    const where = `${shown(column)}.${truncate(key, 40)}`;
    if (!isOneOf(COLUMN_KEYS, key))
      problems.push(`${where} is none of ${COLUMN_KEYS.join(', ')}${didYouMean(key, COLUMN_KEYS)}`);
    else if (key === 'code' && (typeof value === 'string' || typeof value === 'number'))
      found[key] = checkedText(String(value), where, MOST_CODE, problems);
    else if (typeof value === 'string') found[key] = checkedTemplate(value, where, problems);
    else problems.push(`${where} is ${shown(value)}, wanted a sentence`);
  }
  return found;
}

function checkedTemplate(text: string, where: string, problems: string[]): string {
  const rest = PLACES.reduce((left, place) => left.replaceAll(place, ''), text);
  if (/[{}]/.test(rest))
    problems.push(`${where} has braces around something else than ${PLACES.join(' or ')}`);
  return checkedText(text, where, MOST_CHARACTERS, problems);
}

function checkedText(text: string, where: string, most: number, problems: string[]): string {
  if (text.trim() === '') problems.push(`${where} is empty`);
  if (text.length > most) problems.push(`${where} has ${text.length} characters, wanted ${most} at most`);
  // What marks text as other than it looks is none of a sentence's business, nor are line breaks.
  if (/[\p{Cc}\p{Bidi_Control}]/u.test(text)) problems.push(`${where} has control characters`);
  return text;
}

/** A sentence with the column's name and value in it. */
export const fillTemplate = (template: string, feature: string, value: string): string =>
  template.replaceAll(/\{(value|feature)\}/g, (_, place: string) => (place === 'value' ? value : feature));
