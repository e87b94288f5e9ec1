/** Values of JSON in short. Pure. */

export interface JsonLine {
  /** Empty where it is one value. */
  readonly key: string;
  readonly text: string;
}

const LINES = 8;
const WIDTH = 60;

export function jsonLines(value: unknown): readonly JsonLine[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ key: '', text: jsonText(value) }];
  const entries = Object.entries(value);
  const lines = entries.slice(0, LINES).map(([key, inner]) => ({ key, text: jsonText(inner) }));
  return entries.length > LINES ? [...lines, { key: '…', text: `${entries.length - LINES} more` }] : lines;
}

/** Fractions to five digits: the whole of them is in the API. Whole numbers may be codes. */
export function jsonText(value: unknown): string {
  const text = shortText(value);
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH - 1)}…`;
}

function shortText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shortText).join(', ')}]`;
  if (typeof value === 'number')
    return String(Number.isInteger(value) ? value : Number(value.toPrecision(5)));
  if (value === null || value === undefined) return 'missing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
