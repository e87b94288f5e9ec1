/** Where an arm stands in a metric, in words. Pure. */
import type { ExperimentView } from '../../api/generated/control-api.ts';
import type { Level } from '../../facts/standing.ts';
import { differenceWords, UNKNOWN } from '../../facts/words.ts';

export type MetricResult = ExperimentView['metrics'][number];
export type Contrast = Omit<MetricResult, 'atTheEnd' | 'chance'>;
type Rule = ExperimentView['rule'];

const THREE = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export const meanWords = (value: number | null, scale: Contrast['scale']): string =>
  value === null ? UNKNOWN : scale === 'share' ? `${THREE.format(value * 100)} %` : THREE.format(value);

/** What the interval of a metric is held against: no difference, or a loss that is still allowed. As a plain difference. */
export const barOf = ({ isPrimary, isGuardrail, direction, margin }: Contrast, rule: Rule): number => {
  const benefit = isPrimary ? rule.bar : isGuardrail ? -margin : 0;
  return benefit === 0 ? 0 : direction === 'up' ? benefit : -benefit;
};

export type MetricStanding = 'ahead' | 'behind' | 'open' | 'unknown';

/** Where the whole interval lies: on the better side of what it is held against, on the worse, on both. */
export function standingIn(contrast: Contrast, rule: Rule): MetricStanding {
  const { lower, upper, direction } = contrast;
  if (lower === null || upper === null) return 'unknown';
  const bar = barOf(contrast, rule);
  if (direction === 'up' ? lower > bar : upper < bar) return 'ahead';
  return (direction === 'up' ? upper < bar : lower > bar) ? 'behind' : 'open';
}

/** A standing as people say it of a metric of its role. */
export function standingWords(
  contrast: Contrast,
  rule: Rule,
): { readonly words: string; readonly level: Level } {
  const standing = standingIn(contrast, rule);
  if (standing === 'unknown') return { words: 'Too few values', level: 'idle' };
  if (contrast.isGuardrail)
    return {
      ahead: { words: 'Holds', level: 'steady' as const },
      behind: { words: 'Broken', level: 'act' as const },
      open: { words: 'Not known yet', level: 'idle' as const },
    }[standing];
  return {
    ahead: { words: rule.bar !== 0 && contrast.isPrimary ? 'Not worse' : 'Better', level: 'steady' as const },
    behind: { words: 'Worse', level: 'watch' as const },
    open: { words: 'No difference found', level: 'idle' as const },
  }[standing];
}

/** `+0.51 revenue a unit (between +0.12 and +0.9)` */
export function contrastWords({ metric, scale, estimate, lower, upper }: Contrast): string {
  const what = scale === 'share' ? ` of ${metric}` : ` ${metric} a unit`;
  const around =
    lower === null || upper === null
      ? ''
      : ` (between ${differenceWords(lower, scale)} and ${differenceWords(upper, scale)} at every look)`;
  return `${differenceWords(estimate, scale)}${what}${around}`;
}
