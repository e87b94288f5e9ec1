/** What was found, in a sentence. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { grouped, numberText } from '../../text/numbers.ts';
import { percent } from '../../text/percent.ts';
import { binNames } from '../reference/bin-names.ts';
import { BIN, type FeatureProfile, FIRST_REGULAR_BIN } from '../reference/reference-profile.ts';
import { ATTRIBUTIONS, isOfAttributions } from './drawn-attributions.ts';
import type { DriftFinding } from './drift-finding.ts';

export interface SentenceContext {
  /** Where the window begins, for people: `row 30,208`, `2026-11-01 10:00`; null: it is not known. */
  readonly since: string | null;
}

/** `income moved: PSI 0.31 (0.22–0.41) over the last 2,048 rows since row 30,208; 18 % of rows are above 72,000 (6 % in the reference)`. */
export function driftSentence(
  finding: DriftFinding,
  feature: Pick<FeatureProfile, 'bins' | 'sentinels' | 'season'> | null,
  { since }: SentenceContext,
): string {
  const rows = grouped(finding.rows);
  const window = `over the last ${rows} rows${since === null ? '' : ` since ${since}`}`;
  const hours = feature?.season === undefined ? '' : ', beside what is usual at the hour of the week';
  return `${headOf(finding)} ${window}${hours}${detailOf(finding, feature)}`;
}

function headOf({ feature, side, kind, effect }: DriftFinding): string {
  const isOf = isOfAttributions({ feature, side });
  const name = isOf ? ATTRIBUTIONS : side === 'output' ? `the answer ${feature}` : feature;
  if (effect.unit === 'psi') {
    const psi = `PSI ${two(effect.value)} (${two(effect.low)}–${two(effect.high)})`;
    return kind === 'drift.multivariate'
      ? `features no longer go together as they did: ${psi}`
      : `${name} moved: ${psi}`;
  }
  const what = kind === 'drift.null' ? `${name} is missing` : `${name} has unseen values`;
  const more = effect.value >= 0 ? 'more' : 'less';
  const [low, high] = [effect.low, effect.high].map(Math.abs).sort((a, b) => a - b) as [number, number];
  return `${what} ${more} often: by ${points(Math.abs(effect.value))} points (${points(low)}–${points(high)})`;
}

function detailOf(finding: DriftFinding, feature: Pick<FeatureProfile, 'bins' | 'sentinels'> | null): string {
  const { kind, reference, current } = finding;
  const [all, now] = [sum(reference), sum(current)];
  if (all === 0 || now === 0) return '';
  const shares = (bins: readonly number[]): Shares => ({
    before: bins.reduce((total, bin) => total + elementAt(reference, bin), 0) / all,
    after: bins.reduce((total, bin) => total + elementAt(current, bin), 0) / now,
  });
  if (kind === 'drift.null') return said(shares([BIN.null, BIN.nan]), 'have no value');
  if (kind === 'drift.unseen') return said(shares([BIN.unseen]), 'have a value that the reference has not');
  if (feature === null) return '';
  const parts =
    kind === 'drift.multivariate'
      ? tails(feature.bins, reference.length)
      : partsOf(feature, reference.length);
  const told = parts
    .map(({ bins, text, name = text }) => ({ text, name, ...shares(bins) }))
    .filter(({ before, after }) => after > before)
    .sort((a, b) => weight(b) - weight(a))[0];
  if (told === undefined) return '';
  if (isOfAttributions(finding)) return attributed(told);
  return kind === 'drift.multivariate' ? '' : said(told, told.text);
}

interface Shares {
  readonly before: number;
  readonly after: number;
}

/** Part of the PSI that a change of a share makes. */
const weight = ({ before, after }: Shares): number =>
  (after - before) * Math.log((after + 1e-4) / (before + 1e-4));

const said = ({ before, after }: Shares, text: string): string =>
  `; ${percent(after, 2)} of rows ${text} (${percent(before, 2)} in the reference)`;

/** Mean shares of the sizes of attributions. */
const attributed = ({ before, after, name }: Shares & { readonly name: string }): string =>
  `; ${name} makes ${percent(after, 2)} of them (${percent(before, 2)} in the reference)`;

interface Part {
  readonly bins: readonly number[];
  readonly text: string;
  /** Of a single value, that. */
  readonly name?: string;
}

/** Sets of bins that can be said in a few words. */
function partsOf(feature: Pick<FeatureProfile, 'bins' | 'sentinels'>, bins: number): readonly Part[] {
  const names = binNames(feature);
  const special: Part[] = [
    { bins: [BIN.nan], text: 'are not a number' },
    { bins: [BIN.positiveInfinity, BIN.negativeInfinity], text: 'are infinite' },
    { bins: [BIN.sentinel], text: `are ${names[BIN.sentinel]}` },
    { bins: [BIN.below], text: `are ${names[BIN.below]}` },
    { bins: [BIN.above], text: `are ${names[BIN.above]}` },
    { bins: [BIN.unseen], text: 'have a value that the reference has not' },
  ];
  const single = names
    .slice(FIRST_REGULAR_BIN)
    .map((name, k) => ({ bins: [FIRST_REGULAR_BIN + k], text: `are ${quoted(feature, name)}`, name }));
  return feature.bins.kind === 'quantiles'
    ? [...special, ...tails(feature.bins, bins)]
    : [...special, ...single];
}

const quoted = ({ bins }: Pick<FeatureProfile, 'bins'>, name: string): string =>
  bins.kind === 'categories' ? JSON.stringify(name) : name;

/** All that is above an edge, all that is not, and what is between two edges. */
function tails(bins: FeatureProfile['bins'], length: number): readonly Part[] {
  if (bins.kind !== 'quantiles') return [];
  const { edges } = bins;
  const regular = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, k) => FIRST_REGULAR_BIN + from + k);
  const last = length - FIRST_REGULAR_BIN;
  const parts: Part[] = [];
  edges.forEach((edge, k) => {
    parts.push({ bins: [BIN.below, ...regular(0, k + 1)], text: `are at most ${numberText(edge)}` });
    parts.push({ bins: [...regular(k + 1, last), BIN.above], text: `are above ${numberText(edge)}` });
    for (const [j, upper] of edges.slice(k + 1).entries()) {
      const text = `are between ${numberText(edge)} and ${numberText(upper)}`;
      parts.push({ bins: regular(k + 1, k + j + 2), text });
    }
  });
  return parts;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
const two = (x: number): string => x.toFixed(2);
const points = (share: number): string => (share * 100).toFixed(1);
