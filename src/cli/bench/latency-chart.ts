import type { BenchReport } from '../../load/report/bench-report.ts';
import { msText, perSecondText } from '../../load/report/figures.ts';

const [WIDTH, HEIGHT] = [60, 12];

interface Dot {
  readonly rate: number;
  readonly millis: number;
  readonly sign: string;
}

/** p50 and p99 against the rate, in characters: the upright axis goes in powers, `┊` is the knee, `╌` the limit. */
export function latencyChart({ steps, half, nineTenths, knee, limit }: BenchReport): readonly string[] {
  const points = [...steps, half, nineTenths].filter(
    (point) => point !== null && point.latency.count > 0 && point.rate !== null,
  );
  const dots = points.flatMap((point): Dot[] => [
    { rate: point!.rate!, millis: point!.latency.p50, sign: '○' },
    { rate: point!.rate!, millis: point!.latency.p99.value, sign: '●' },
  ]);
  if (dots.length === 0) return [];
  const most = Math.max(...dots.map(({ rate }) => rate));
  const heights = [...dots.map(({ millis }) => Math.max(0.01, millis)), limit].map(Math.log10);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const column = (rate: number): number => Math.round((rate / most) * (WIDTH - 1));
  const row = (millis: number): number =>
    Math.round(((Math.log10(Math.max(0.01, millis)) - low) / (high - low || 1)) * (HEIGHT - 1));
  const cells = Array.from({ length: HEIGHT }, () => new Array<string>(WIDTH).fill(' '));
  cells[row(limit)]?.fill('╌');
  if (knee !== null) for (const line of cells) line[column(knee.rate)] = '┊';
  for (const { rate, millis, sign } of dots) cells[row(millis)]![column(rate)] = sign;
  return framed(cells.toReversed(), {
    ...{ top: msText(10 ** high), bottom: msText(10 ** low), right: perSecondText(most) },
  });
}

function framed(
  lines: readonly (readonly string[])[],
  { top, bottom, right }: { readonly top: string; readonly bottom: string; readonly right: string },
): readonly string[] {
  const margin = Math.max(top.length, bottom.length);
  const label = (k: number): string => (k === 0 ? top : k === lines.length - 1 ? bottom : '');
  return [
    '  ● p99  ○ p50  ╌ limit  ┊ knee',
    ...lines.map((line, k) => `  ${label(k).padStart(margin)} │${line.join('')}`.trimEnd()),
    `  ${' '.repeat(margin)} └${'─'.repeat(WIDTH)}`,
    `  ${' '.repeat(margin)}  0${right.padStart(WIDTH - 1)}`,
  ];
}
