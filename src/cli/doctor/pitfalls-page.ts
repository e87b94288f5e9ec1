import type { Pitfall, PitfallReport, PitfallSubject } from '../../advise/pitfalls/pitfall.ts';
import { countText } from '../../text/count.ts';
import { styled } from '../output/terminal.ts';

/** Pitfalls for people: what they are about, what was seen and what mends it, one below the other; then what was looked at. */
export function pitfallsPage({ pitfalls, looked, passedOver }: PitfallReport): readonly string[] {
  if (looked.length === 0 && passedOver.length === 0) return [];
  const bySubject = Map.groupBy(pitfalls, ({ subject: { kind, name } }) => `${kind} ${name}`);
  return [
    ...[...bySubject].flatMap(([subject, own]) => [
      '',
      styled('bold', subject),
      ...own.flatMap(pitfallLines),
    ]),
    '',
    summary(pitfalls, looked),
    ...passedOver.map((what) => `${styled('yellow', 'not looked at')}: ${what}`),
  ];
}

const pitfallLines = ({ what, why, evidence, fix, guide }: Pitfall): readonly string[] => [
  `  ${styled('yellow', '!')} ${what}`,
  `    ${why}.`,
  ...evidence.map((seen) => `    seen: ${seen}`),
  `    → ${styled('cyan', fix)}${guide === null ? '' : `\n    (${guide})`}`,
];

function summary(pitfalls: readonly Pitfall[], looked: readonly PitfallSubject[]): string {
  const counts = (['endpoint', 'version', 'job'] as const).flatMap((kind) => {
    const count = looked.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [countText(count, kind)];
  });
  const where = counts.join(', ') || 'nothing';
  if (pitfalls.length === 0) return `${styled('green', 'no pitfalls')} (looked at ${where})`;
  return `${styled('yellow', countText(pitfalls.length, 'pitfall'))} (looked at ${where})`;
}
