/** The forms that bodies and answers of `/invocations` come in, by their headers. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import type { ContentForm } from '../rows/content-codecs.ts';
import type { RequestHeaders } from '../unit-id.ts';
import { CONTENT_TYPES, contentForm, NPY } from './content.ts';

export const BODY_FORMATS = ['json', 'csv', 'jsonlines'] as const;
export type BodyFormat = (typeof BODY_FORMATS)[number];
export const ANSWER_FORMATS = [...BODY_FORMATS, 'npy'] as const;
export type AnswerFormat = (typeof ANSWER_FORMATS)[number];

/** Media types of what is written. */
export const MEDIA_TYPE: Readonly<Record<AnswerFormat, string>> = {
  npy: NPY,
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  jsonlines: 'application/jsonlines',
};

/** What clients call these forms; the forms of `curl -d` and of SDKs that are told nothing mean JSON. */
const NAMES: ReadonlyMap<string, BodyFormat> = new Map([
  ['application/json', 'json'],
  ['application/x-www-form-urlencoded', 'json'],
  ['application/octet-stream', 'json'],
  ['text/csv', 'csv'],
  ['application/csv', 'csv'],
  ['application/jsonlines', 'jsonlines'],
  ['application/x-jsonlines', 'jsonlines'],
  ['application/jsonl', 'jsonlines'],
  ['application/x-ndjson', 'jsonlines'],
]);
const KNOWN = 'application/json, text/csv, application/jsonlines';

/** Form of the body. Throws MEDIA_TYPE_UNKNOWN for a type, an encoding or a parameter that would be misread. */
export function requestFormat(headers: RequestHeaders): BodyFormat | ContentForm {
  const content = contentForm(headers);
  if (content !== null) return content;
  const given = headers['content-type'];
  if (typeof given !== 'string' || given.trim() === '') return 'json';
  const [type = '', ...parameters] = given.toLowerCase().split(';');
  const form = NAMES.get(type.trim());
  if (form === undefined || !parameters.every(isKnown))
    throw new PlimsollError('MEDIA_TYPE_UNKNOWN', {
      found: given,
      known: `${KNOWN} (UTF-8), ${CONTENT_TYPES.join(', ')}`,
    });
  return form;
}

/** SageMaker's `label_size=0` says that no column of a CSV is a label. */
const PARAMETERS: ReadonlySet<string> = new Set([
  '',
  'charset=utf-8',
  'charset=utf8',
  'charset=us-ascii',
  'label_size=0',
]);
const isKnown = (parameter: string): boolean =>
  PARAMETERS.has(parameter.replaceAll('"', '').replaceAll(/\s/g, ''));

/** Form that the answer is wanted in, the one of the highest weight. Throws NOT_ACCEPTABLE. */
export function responseFormat(headers: RequestHeaders): AnswerFormat {
  const given = headers['accept'];
  if (typeof given !== 'string' || given.trim() === '') return 'json';
  let best: { readonly form: AnswerFormat; readonly weight: number } | null = null;
  for (const range of given.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';');
    const form = RANGES.get(type.trim()) ?? NAMES.get(type.trim());
    const weight = weightOf(parameters);
    if (form !== undefined && weight > (best?.weight ?? 0)) best = { form, weight };
  }
  if (best === null) throw new PlimsollError('NOT_ACCEPTABLE', { found: given, known: `${KNOWN}, ${NPY}` });
  return best.form;
}

const RANGES: ReadonlyMap<string, AnswerFormat> = new Map<string, AnswerFormat>([
  [NPY, 'npy'],
  ['*/*', 'json'],
  ['application/*', 'json'],
  ['text/*', 'csv'],
]);

function weightOf(parameters: readonly string[]): number {
  const given = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find(Boolean);
  const weight = given === undefined ? 1 : Number(given);
  return Number.isFinite(weight) ? weight : 0;
}
