/** Golden rows out of traffic: rows that came, with the answers that were given, from everywhere or from one region. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt, elementWhere } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Random } from '../../core/ports.ts';
import { randomIndex } from '../../core/random.ts';
import { addAt } from '../../core/vector.ts';
import type { Signature } from '../../model/signature.ts';
import { binCount } from '../reference/column-binner.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { type BinRegion, binNumbers, cellBinner, grownRegions } from './bin-region.ts';
import { type LoggedCells, pastRequests } from './past-requests.ts';
import { loggedAnswers, requestBodyOf, requireReplayable } from './rebuild-request.ts';
import type { FoundSegment, LogRange } from './segment-scan.ts';

/** Where rows are to be from. */
export type GoldenSource =
  | { readonly kind: 'everywhere' }
  /** The bin whose share has grown most against the reference. */
  | { readonly kind: 'drifted' }
  | { readonly kind: 'bin'; readonly feature: string; readonly bin: string };

export interface GoldenOptions extends LogRange {
  readonly endpoint: string;
  readonly signature: Signature;
  /** Null where none is known; regions are of its features. */
  readonly profile: ReferenceProfile | null;
  readonly wanted: GoldenSource;
  /** So many rows at most, each of the region as likely as any other. */
  readonly rows: number;
  readonly random: Random;
}

export interface GoldenRows {
  /** In the form of `verify --golden`. */
  readonly golden: { readonly input: unknown; readonly expected: Readonly<Record<string, unknown>> };
  readonly rows: number;
  /** Rows of the log in the region, of those that were looked at. */
  readonly found: number;
  readonly looked: number;
  readonly region: BinRegion | null;
}

/** Rows that are looked at, the newest files first. */
const LOOKED_MAX = 500_000;

interface Row {
  /** When it came, in milliseconds since the epoch. */
  readonly at: number;
  readonly inputs: LoggedCells;
  readonly outputs: LoggedCells;
}

/** Throws REGION_UNKNOWN, LOG_REDACTED, LOG_PARTIAL; null where there are no such rows. */
export async function goldenRows(
  db: DuckDBConnection,
  segments: readonly FoundSegment[],
  options: GoldenOptions,
): Promise<GoldenRows | null> {
  const region = await regionOf(db, segments, options);
  const { signature, endpoint, random, profile } = options;
  const isWanted = region === null || profile === null ? () => true : filterOf(profile, region);
  const kept: Row[] = [];
  let [found, looked] = [0, 0];
  for await (const row of rowsOf(db, segments, options, endpoint, signature)) {
    looked += 1;
    if (!isWanted(row)) continue;
    found += 1;
    // Vitter's algorithm R: each row found so far is kept as likely as any other.
    const place = found <= options.rows ? kept.length : randomIndex(random, found);
    if (place < options.rows) kept[place] = row;
  }
  if (kept.length === 0) return null;
  const input = requestBodyOf(
    signature,
    kept.map(({ inputs }) => inputs),
  );
  const expected = loggedAnswers(
    signature,
    kept.map(({ outputs }) => outputs),
  );
  return { golden: { input, expected }, rows: kept.length, found, looked, region };
}

async function* rowsOf(
  db: DuckDBConnection,
  segments: readonly FoundSegment[],
  range: LogRange,
  endpoint: string,
  signature: Signature,
): AsyncGenerator<Row> {
  let looked = 0;
  for await (const { shape, at, inputs, outputs } of pastRequests(db, segments.toReversed(), range)) {
    requireReplayable(endpoint, signature, shape);
    for (const [i, row] of inputs.entries()) yield { at, inputs: row, outputs: elementAt(outputs, i) };
    looked += inputs.length;
    if (looked >= LOOKED_MAX) return;
  }
}

async function regionOf(
  db: DuckDBConnection,
  segments: readonly FoundSegment[],
  options: GoldenOptions,
): Promise<BinRegion | null> {
  const { wanted, endpoint, profile, signature } = options;
  if (wanted.kind === 'everywhere') return null;
  const region = wanted.kind === 'bin' ? `${wanted.feature}=${wanted.bin}` : 'that have drifted';
  const unknown = (reason: string) => new PlimsollError('REGION_UNKNOWN', { region, endpoint, reason });
  if (profile === null) throw unknown('its version has no reference profile yet');
  const counted = profile.features.map((feature) => ({
    bin: cellBinner(feature),
    counts: new Float64Array(binCount(feature.bins)),
  }));
  for await (const { at, inputs } of rowsOf(db, segments, options, endpoint, signature))
    for (const { bin, counts } of counted) addAt(counts, bin(inputs, at));
  if (wanted.kind === 'drifted') {
    const [grown] = grownRegions(
      profile,
      counted.map(({ counts }) => counts),
    );
    if (grown === undefined) throw unknown('no bin has a larger share than in the reference');
    return grown;
  }
  const j = profile.features.findIndex(({ name }) => name === wanted.feature);
  const feature = profile.features[j];
  if (feature === undefined) throw unknown(`it has no feature "${wanted.feature}"`);
  const bins = binNumbers(feature);
  const bin = bins.get(wanted.bin);
  if (bin === undefined) throw unknown(`its bins are ${[...bins.keys()].join(', ').slice(0, 500)}`);
  const share = (of: ArrayLike<number>) =>
    elementAt(of, bin) /
    Math.max(
      1,
      Array.from(of).reduce((a, b) => a + b, 0),
    );
  return {
    feature: feature.name,
    bin,
    name: wanted.bin,
    reference: share(feature.counts),
    current: share(elementAt(counted, j).counts),
  };
}

function filterOf({ features }: ReferenceProfile, region: BinRegion): (row: Row) => boolean {
  const binOf = cellBinner(elementWhere(features, ({ name }) => name === region.feature));
  return ({ inputs, at }) => binOf(inputs, at) === region.bin;
}
