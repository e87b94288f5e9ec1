/** How features moved, in words. Pure. */
import type { DriftView } from '../../api/generated/control-api.ts';
import { countWords, shareWords } from '../../facts/words.ts';

export type DriftFeature = DriftView['features'][number];

type DriftEffect = DriftFeature['effect'];

/** Which columns move the answers is watched among the answers, by this name. */
export const featureTitle = ({ feature, side }: Pick<DriftFeature, 'feature' | 'side'>): string =>
  feature === 'attributions' && side === 'output' ? 'What moves the answers' : feature;

const figure = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(value < 0.095 ? 3 : 2) : '–';

/** `PSI 0.21 (0.18 to 0.25)`. */
export function effectWords({ unit, value, low, high }: DriftEffect): string {
  if (unit === 'psi') return `PSI ${figure(value)} (${figure(low)} to ${figure(high)})`;
  return `${shareWords(value)} of rows changed (${shareWords(low)} to ${shareWords(high)})`;
}

/** How large a PSI is, as people who are used to it say. */
export function sizeWords({ unit, low }: DriftEffect): string {
  if (unit === 'share') return '';
  if (low >= 0.25) return 'large';
  return low >= 0.1 ? 'moderate' : 'small';
}

/** Logarithms beyond which a number is no longer written out. */
const WRITTEN_MOST = Math.log(1e9);

/** The odds that a logarithm of an e-value stands for: `1,200 to 1`. */
function oddsWords(log: number): string {
  if (log > WRITTEN_MOST) return 'more than a billion to 1';
  return `${countWords(Math.max(1, Math.round(Math.exp(log))))} to 1`;
}

/** The evidence, and how much is needed: both gates of drift are this and the least effect. */
export function evidenceWords({ log, threshold }: DriftFeature['evidence']): string {
  if (!Number.isFinite(log)) return 'Nothing can be said of so few rows.';
  const needed = `${oddsWords(threshold)} is needed, so that false alarms stay within the budget`;
  if (log >= threshold) return `Not by chance: the odds are ${oddsWords(log)}; ${needed}.`;
  return `It may be chance: the odds against that are ${oddsWords(log)}; ${needed}.`;
}

export interface QualityRow {
  readonly name: string;
  readonly reference: number;
  readonly current: number;
}

/** What may be wrong with values, as shares of rows; what neither side has is left out. */
export const qualityRows = ({ missing, unseen, beyond }: DriftFeature): readonly QualityRow[] =>
  [
    { name: 'Missing', ...missing },
    { name: 'Unseen', ...unseen },
    { name: 'Out of range', ...beyond },
  ].filter(({ reference, current }) => reference > 0 || current > 0);
