/**
 * Evidence as bars: from 1 at the left to the bound at the right on a logarithmic scale, which is how it grows.
 */
import type { RolloutView } from '../../../control/port.ts';
import { GUARDS } from '../../../rollout/policy/policy.ts';
import { evidenceBar, evidenceFactor } from './numbers.ts';
import { type StyledLine, styledLine } from './styled-line.ts';

/** Share of the way to a bound from which it is worth a look. */
const NEAR = 0.5;

export function evidenceLines({ evidence }: RolloutView, width: number): StyledLine[] {
  const cells = Math.max(8, Math.min(32, width - 48));
  const seen = GUARDS.flatMap((name) => {
    const guard = evidence[name];
    return guard === undefined ? [] : [{ name, guard }];
  });
  if (seen.length === 0) return [];
  const harm = seen.map(({ name, guard: { log, maxLog, bound } }): StyledLine => {
    const most = (maxLog ?? 0) / bound;
    const colour = most >= 1 ? 'red' : most >= NEAR ? 'yellow' : 'green';
    const peak = maxLog > log && maxLog > 0 ? `, at most ${evidenceFactor(maxLog)}` : '';
    return [
      `${name.padEnd(10)}`,
      [colour, evidenceBar((log ?? 0) / bound, cells, most)],
      ` ${evidenceFactor(log)} of ${evidenceFactor(bound)}${peak}`,
    ];
  });
  const certified = seen.flatMap(({ name, guard: { certificate } }): StyledLine[] => {
    if (certificate === null) return [];
    const { log, bound } = certificate;
    return [
      [
        `${name.padEnd(10)}`,
        [log >= bound ? 'green' : 'cyan', evidenceBar((log ?? 0) / bound, cells)],
        ` ${evidenceFactor(log)} of ${evidenceFactor(bound)}${log >= bound ? ', certified' : ''}`,
      ],
    ];
  });
  return [
    [['dim', 'Evidence of harm: a full bar rolls back']],
    ...harm,
    ...(certified.length === 0
      ? []
      : [styledLine(['dim', 'Evidence of no harm: a full bar lets the last stage through'])]),
    ...certified,
  ];
}
