import { useId } from 'react';
import { axisRoom, timeTicks, valueTicks } from '../facts/axis-ticks.ts';
import { type Curve, type CurveInk, figureOf } from './curve.ts';
import './curve-chart.css';
import { CurveTable } from './curve-table.tsx';
import { axisTime } from './time-words.ts';
import { useWidth } from './width.ts';

export interface CurveChartProps {
  /** What is seen, for who does not see it. */
  readonly label: string;
  /** What the values are, and in which unit. */
  readonly valueTitle: string;
  readonly curves: readonly Curve[];
  /** Lines that something happens at, with what happens. */
  readonly bounds: readonly { readonly text: string; readonly value: number; readonly ink: CurveInk }[];
  /** Moments that are worth a line from top to bottom. */
  readonly marks?: readonly { readonly at: number; readonly text: string }[];
  readonly from: number;
  readonly to: number;
  /** What is beyond is drawn at the edge; its figure is told as it is. */
  readonly range: readonly [low: number, high: number];
  /** Marks of the values; round ones where none are given. */
  readonly ticks?: readonly number[];
  /** @default {as `format`} */
  readonly formatTick?: (value: number) => string;
  readonly format: (value: number | null) => string;
}

const HEIGHT = 220;
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 10, 34, 40];
/** Fewest pixels between two names on an axis. */
const [TICK_ROOM, MARK_ROOM] = [96, 62];

/** Curves with their bounds over time: drawn by the page itself, told as text, and there as a table. */
export function CurveChart(props: CurveChartProps) {
  const {
    label,
    valueTitle,
    curves,
    bounds,
    marks = [],
    from,
    to,
    range,
    ticks,
    format,
    formatTick = format,
  } = props;
  const [place, width] = useWidth();
  const clip = useId();
  const [low, high] = range;
  const length = Math.max(1, to - from);
  const marked = ticks ?? valueTicks(low, high, 4);
  const left = axisRoom(marked.map(formatTick), LEFT);
  const x = (at: number): number => left + ((at - from) / length) * (width - left - RIGHT);
  const y = (value: number): number =>
    TOP + (1 - (Math.min(high, Math.max(low, value)) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const times = timeTicks(from, to, Math.max(2, Math.floor((width - left - RIGHT) / TICK_ROOM)));
  return (
    <figure className="curve-chart">
      <div ref={place}>
        <svg width={width} height={HEIGHT} role="img" aria-label={label}>
          <clipPath id={clip}>
            <rect
              x={left}
              y={TOP - 2}
              width={Math.max(0, width - left - RIGHT + 4)}
              height={HEIGHT - TOP - BOTTOM + 4}
            />
          </clipPath>
          <text className="curve-title" x={0} y={11}>
            {valueTitle}
          </text>
          {marked.map((value) => (
            <g key={value}>
              <path className="curve-grid" d={`M${left} ${y(value)}H${width - RIGHT}`} />
              <text className="curve-text" x={left - 8} y={y(value) + 4} textAnchor="end">
                {formatTick(value)}
              </text>
            </g>
          ))}
          {times.map((at) => (
            <text key={at} className="curve-text" x={x(at)} y={HEIGHT - 22} textAnchor="middle">
              {axisTime(at, length)}
            </text>
          ))}
          <text className="curve-title" x={width - RIGHT} y={HEIGHT - 4} textAnchor="end">
            Time ({zoneOf(from)})
          </text>
          <Marks marks={marks} x={x} edge={width - RIGHT} />
          <g clipPath={`url(#${clip})`}>
            {curves.map((curve) => (
              <Line key={curve.name} curve={curve} x={x} y={y} />
            ))}
          </g>
          {bounds.map(({ text, value, ink }) => (
            <g key={text} className={`curve-${ink}`}>
              <path className="curve-bound" d={`M${left} ${y(value)}H${width - RIGHT}`} />
              <text className="curve-bound-text" x={left + 4} y={y(value) - 5}>
                {text}
              </text>
            </g>
          ))}
        </svg>
      </div>
      <figcaption>
        {curves.map(({ name, ink, points }) => (
          <span key={name} className={`legend curve-${ink}`}>
            <svg viewBox="0 0 24 8" aria-hidden="true">
              <path className="curve-line" d="M0 4h24" />
            </svg>
            {name} <strong>{figureOf(points.at(-1), format)}</strong>
          </span>
        ))}
      </figcaption>
      <CurveTable label={label} curves={curves} format={format} />
    </figure>
  );
}

interface Placed {
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}

function Line({ curve: { ink, points }, x, y }: { readonly curve: Curve } & Placed) {
  const known = points.flatMap(({ at, value }) => (value === null ? [] : [{ at, value }]));
  const within = points.flatMap(({ at, low, high }) =>
    low == null || high == null ? [] : [{ at, low, high }],
  );
  const [newest, last] = [known.at(-1), within.at(-1)];
  const path = (list: readonly (readonly [number, number])[]): string =>
    list.map(([at, value]) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('L');
  return (
    <g className={`curve-${ink}`}>
      {within.length > 1 && (
        <path
          className="curve-band"
          d={`M${path(within.map(({ at, high }) => [at, high]))}L${path(within.toReversed().map(({ at, low }) => [at, low]))}Z`}
        />
      )}
      {known.length > 1 && (
        <path className="curve-line" d={`M${path(known.map(({ at, value }) => [at, value]))}`} />
      )}
      {last && <path className="curve-whisker" d={`M${x(last.at)} ${y(last.low)}V${y(last.high)}`} />}
      {newest && <circle className="curve-newest" cx={x(newest.at)} cy={y(newest.value)} r="3.5" />}
    </g>
  );
}

interface MarksProps extends Pick<Placed, 'x'> {
  readonly marks: NonNullable<CurveChartProps['marks']>;
  /** Where names have to end. */
  readonly edge: number;
}

/** Names that have no room are left out: all of them are told where decisions are listed. */
function Marks({ marks, x, edge }: MarksProps) {
  let last = Number.NEGATIVE_INFINITY;
  return marks.map(({ at, text }) => {
    const isLate = x(at) + MARK_ROOM > edge;
    const begin = isLate ? x(at) - MARK_ROOM : x(at);
    const hasRoom = begin - last >= MARK_ROOM;
    if (hasRoom) last = begin;
    return (
      <g key={`${at} ${text}`}>
        <path className="curve-mark" d={`M${x(at)} ${TOP - 6}V${HEIGHT - BOTTOM}`} />
        {hasRoom && (
          <text className="curve-text" x={x(at)} y={TOP - 9} textAnchor={isLate ? 'end' : 'start'}>
            {text}
          </text>
        )}
      </g>
    );
  });
}

const zoneOf = (at: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value ?? 'local';
