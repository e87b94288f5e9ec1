import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartMark } from './chart-mark.ts';
import { axisTime } from './time-words.ts';

export interface ChartSeries {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** A line that others are compared with. */
  readonly isBound?: boolean;
}

interface TimeChartProps {
  /** What is seen, for who does not see it. */
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  /** Moments to be marked; they have their words as text beside the chart. */
  readonly marks?: readonly ChartMark[];
  readonly format: (value: number | null) => string;
}

const HEIGHT = 190;
const INKS = ['--moving', '--watch', '--steady', '--act', '--faint'];
/** Told by the dash, too, not by colour alone. */
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [1, 4]];

/** Curves over time. The figures of their newest point stand beside them as text. */
export function TimeChart({ label, times, series, marks = [], format }: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const names = series.map(({ name }) => name).join('\n');
  const data = [
    times.map((at) => at / 1000),
    ...series.map(({ values }) => [...values]),
  ] as UPlot.AlignedData;
  const newest = useRef({ data, marks, format });
  newest.current = { data, marks, format };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names stand for the series
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const make = (): void => {
      chart.current?.destroy();
      chart.current = new UPlot(
        optionsOf(box, series, () => newest.current),
        newest.current.data,
        box,
      );
    };
    make();
    const sized = new ResizeObserver(() =>
      chart.current?.setSize({ width: box.clientWidth, height: HEIGHT }),
    );
    sized.observe(box);
    // Colours are read when a chart is made.
    const themed = new MutationObserver(make);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', make);
    return () => {
      sized.disconnect();
      themed.disconnect();
      dark.removeEventListener('change', make);
      chart.current?.destroy();
      chart.current = null;
    };
  }, [names]);
  useEffect(() => chart.current?.setData(data));
  return (
    <figure className="chart">
      <div ref={place} role="img" aria-label={label} />
      <figcaption>
        {series.map(({ name, values, isBound }, k) => (
          <span key={name} className="legend">
            <svg viewBox="0 0 24 8" aria-hidden="true" className={`ink-${k % INKS.length}`}>
              <path d="M0 4h24" strokeDasharray={isBound ? '4 3' : DASHES[k % DASHES.length]?.join(' ')} />
            </svg>
            {name} <strong>{format(values.at(-1) ?? null)}</strong>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function optionsOf(
  box: HTMLElement,
  series: readonly ChartSeries[],
  newest: () => Required<Pick<TimeChartProps, 'marks' | 'format'>>,
): UPlot.Options {
  const style = getComputedStyle(box);
  // A canvas knows nothing of `light-dark()`: it is given what comes of it.
  const ink = (name: string): string => {
    box.style.setProperty('color', `var(${name})`);
    const found = style.color;
    box.style.removeProperty('color');
    return found;
  };
  const [text, line] = [ink('--faint'), ink('--line')];
  const axis = {
    stroke: text,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    font: FONT,
  };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    hooks: { drawAxes: [(chart) => drawMarks(chart, newest().marks, ink('--ink'))] },
    scales: {
      // One moment alone stands in the middle of a minute.
      x: { range: (_, first, last) => (first === last ? [first - 30, last + 30] : [first, last]) },
      y: { range: (_, low, high) => [Math.min(0, low), high > low ? high * 1.1 : low + 1] },
    },
    axes: [
      { ...axis, space: 90, values: moments },
      { ...axis, size: 74, values: (_, ticks) => ticks.map(newest().format) },
    ],
    series: [
      {},
      ...series.map(({ name, isBound }, k) => ({
        label: name,
        stroke: ink(INKS[k % INKS.length] ?? '--ink'),
        width: isBound ? 1 : 2,
        dash: isBound ? [4, 3] : (DASHES[k % DASHES.length] ?? []),
        // A line wants two.
        points: { show: (chart: UPlot) => chart.data[0].length === 1 },
        spanGaps: true,
      })),
    ],
  };
}

const FONT = '12px system-ui, sans-serif';

function moments({ scales }: UPlot, ticks: readonly number[]): string[] {
  const { min = 0, max = 0 } = scales['x'] ?? {};
  return ticks.map((at) => axisTime(at * 1000, ((max ?? 0) - (min ?? 0)) * 1000));
}

/** A line from top to bottom, with its name beside it. */
function drawMarks({ ctx, bbox, valToPos }: UPlot, marks: readonly ChartMark[], ink: string): void {
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textBaseline = 'top';
  ctx.beginPath();
  for (const { at, short } of marks) {
    const x = Math.round(valToPos(at / 1000, 'x', true));
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.fillText(short, x + 3 * devicePixelRatio, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}
