/** What is different between the facts of two runs, in lines that a person reads. Pure. */

import { canonicalJson } from '../../core/canonical-json.ts';
import { isRecord } from '../../core/record.ts';
import { grouped } from '../../text/numbers.ts';

/** Lines at most: a folder may have gained a million files. */
const LINES_MAX = 20;
const TEXT_MAX = 120;

/**
 * Lines such as `input data/a.parquet: 188,000,000 bytes sha256 12ab34cd… → 188,000,004 bytes sha256 9f01…`. Facts may be of an
 * earlier release, and are only taken to be JSON.
 */
export function differenceOf(before: unknown, now: unknown): readonly string[] {
  const [a, b] = [isRecord(before) ? before : {}, isRecord(now) ? now : {}];
  const { input: inputBefore, ...partsBefore } = a;
  const { input: inputNow, ...partsNow } = b;
  const lines = [
    ...changes(leaves(partsBefore), leaves(partsNow), (path) => path, shownValue),
    ...changes(items(inputBefore), items(inputNow), (path) => `input ${path}`, shownItem),
  ];
  const shown = lines.slice(0, LINES_MAX);
  return lines.length <= LINES_MAX ? lines : [...shown, `and ${grouped(lines.length - LINES_MAX)} more`];
}

function changes(
  before: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
  named: (path: string) => string,
  shown: (value: unknown) => string,
): string[] {
  const lines: string[] = [];
  for (const [path, value] of before) {
    const other = now.get(path);
    if (other === undefined) lines.push(`${named(path)}: ${shown(value)} → not there`);
    else if (canonicalJson(value) !== canonicalJson(other))
      lines.push(`${named(path)}: ${shown(value)} → ${shown(other)}`);
  }
  for (const [path, value] of now)
    if (!before.has(path)) lines.push(`${named(path)}: not there → ${shown(value)}`);
  return lines;
}

/** Values by their path: `options.chunkRows`. Lists are values as a whole. */
function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (!isRecord(value)) return new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, path === '' ? key : `${path}.${key}`)]),
  );
}

const items = (input: unknown): Map<string, unknown> =>
  new Map(
    (Array.isArray(input) ? input : []).map((item: unknown, i) => [
      isRecord(item) && typeof item['path'] === 'string' ? item['path'] : `#${i}`,
      item,
    ]),
  );

function shownItem(item: unknown): string {
  if (!isRecord(item)) return shownValue(item);
  const { size, digest, snapshot, partition } = item;
  const parts = [
    typeof size === 'number' ? `${grouped(size)} bytes` : '',
    isRecord(snapshot)
      ? Object.entries(snapshot)
          .map(([key, value]) => `${key} ${value}`)
          .join(', ')
      : '',
    typeof digest === 'string' && digest !== '' ? `sha256 ${digest.slice(0, 12)}…` : '',
    isRecord(partition) && Object.keys(partition).length > 0 ? shownValue(partition) : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function shownValue(value: unknown): string {
  if (typeof value === 'number') return grouped(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return cut(value.join(', ') || 'none');
  return cut(typeof value === 'string' ? value : canonicalJson(value));
}

const cut = (text: string): string => (text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`);
