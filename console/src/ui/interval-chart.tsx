import { axisRoom, timeTicks } from '../facts/axis-ticks.ts';
import './interval-chart.css';
import { axisTime } from './time-words.ts';
import { useWidth } from './width.ts';

export interface IntervalPoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** It may still change: drawn hollow. */
  readonly isOpen?: boolean;
}

export interface IntervalSeries {
  readonly name: string;
  readonly points: readonly IntervalPoint[];
  /** `dots`: each point with its interval; `band`: a curve within a band. */
  readonly as: 'dots' | 'band';
}

interface IntervalChartProps {
  /** What is seen, for who does not see it. */
  readonly label: string;
  readonly series: readonly IntervalSeries[];
  readonly bounds: readonly { readonly name: string; readonly value: number }[];
  /** Shares of a whole by time, 0 to 1, as bars below. */
  readonly bars?: {
    readonly name: string;
    readonly points: readonly { readonly at: number; readonly share: number }[];
  };
  /** Milliseconds that a point stands for. */
  readonly step: number;
  readonly format: (value: number) => string;
  /** Scales that begin at nothing say how large a value is, others how much it moves. */
  readonly fromZero?: boolean;
}

const [HEIGHT, BARS] = [200, 44];
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 12, 8, 24];
const TICK_WIDTH = 110;
/** A name that would not end before the edge is left out. */
const TICK_EDGE = 36;

/** Estimates over time with how sure they are. Drawn in lines and text of the page itself: nothing is scaled with its width. */
export function IntervalChart(props: IntervalChartProps) {
  const { label, series, bounds, bars, step, format, fromZero = false } = props;
  const [place, width] = useWidth();
  const times = [...series.flatMap(({ points }) => points), ...(bars?.points ?? [])].map(({ at }) => at);
  const [from, to] = [Math.min(...times), Math.max(...times) + step];
  const values = [
    ...series.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high])),
    ...bounds.map(({ value }) => value),
  ].filter(Number.isFinite);
  const scale = scaleOf(fromZero ? [0, ...values] : values);
  const left = axisRoom(scale.ticks.map(format), LEFT);
  const x = (at: number): number => left + ((at - from) / (to - from)) * (width - left - RIGHT);
  const y = (value: number): number =>
    TOP + (1 - (value - scale.low) / (scale.high - scale.low)) * (HEIGHT - TOP - BOTTOM);
  const height = HEIGHT + (bars === undefined ? 0 : BARS);
  const ticks = timeTicks(from, to, Math.max(2, Math.floor((width - left - RIGHT) / TICK_WIDTH)));
  const middle = (at: number): number => x(at + step / 2);
  return (
    <figure className="interval-chart">
      <div ref={place}>
        <svg width={width} height={height} role="img" aria-label={label}>
          {scale.ticks.map((value) => (
            <g key={value}>
              <path className="chart-grid" d={`M${left} ${y(value)}H${width - RIGHT}`} />
              <text className="chart-tick" x={left - 8} y={y(value) + 4} textAnchor="end">
                {format(value)}
              </text>
            </g>
          ))}
          {ticks
            .filter((at) => x(at) < width - TICK_EDGE)
            .map((at) => (
              <text key={at} className="chart-tick" x={x(at)} y={height - 7} textAnchor="middle">
                {axisTime(at, to - from)}
              </text>
            ))}
          {bounds.map(({ name, value }) => (
            <path key={name} className="chart-bound" d={`M${left} ${y(value)}H${width - RIGHT}`} />
          ))}
          {series.map(({ name, points, as }, k) => (
            <g key={name} className={`chart-series chart-series-${k}`}>
              {as === 'band' ? (
                <Band points={points} x={middle} y={y} />
              ) : (
                <Dots points={points} x={middle} y={y} />
              )}
            </g>
          ))}
          {bars?.points.map(({ at, share }) => (
            <rect
              key={at}
              className="chart-bar"
              x={x(at) + 1}
              width={Math.max(1, x(at + step) - x(at) - 2)}
              y={HEIGHT - 4 + (BARS - 20) * (1 - share)}
              height={(BARS - 20) * share}
            />
          ))}
        </svg>
      </div>
      <Legend {...props} />
    </figure>
  );
}

interface MarksProps {
  readonly points: readonly IntervalPoint[];
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}

function Band({ points, x, y }: MarksProps) {
  const line = (of: (point: IntervalPoint) => number, list = points): string =>
    list.map((point) => `${x(point.at).toFixed(1)} ${y(of(point)).toFixed(1)}`).join('L');
  if (points.length < 2) return <Dots points={points} x={x} y={y} />;
  return (
    <>
      <path
        className="chart-band"
        d={`M${line(({ high }) => high)}L${line(({ low }) => low, points.toReversed())}Z`}
      />
      <path className="chart-line" d={`M${line(({ value }) => value)}`} />
    </>
  );
}

const Dots = ({ points, x, y }: MarksProps) =>
  points.map(({ at, value, low, high, isOpen }) => (
    <g key={at}>
      <path className="chart-whisker" d={`M${x(at)} ${y(low)}V${y(high)}`} />
      <circle className={isOpen ? 'chart-dot chart-dot-open' : 'chart-dot'} cx={x(at)} cy={y(value)} r={4} />
    </g>
  ));

/** The newest figures as text. */
const Legend = ({ series, bounds, bars, format }: IntervalChartProps) => (
  <figcaption>
    {series.map(({ name, points, as }, k) => {
      const last = points.at(-1);
      return (
        <span key={name} className={`legend chart-series-${k}`}>
          <svg viewBox="0 0 24 10" aria-hidden="true">
            {as === 'band' && <path className="chart-band" d="M0 0h24v10H0z" />}
            {as === 'band' ? (
              <path className="chart-line" d="M0 5h24" />
            ) : (
              <circle className="chart-dot" cx="12" cy="5" r="4" />
            )}
          </svg>
          {name}{' '}
          {last && (
            <strong>
              {format(last.value)}{' '}
              <small>
                ({format(last.low)} to {format(last.high)})
              </small>
            </strong>
          )}
        </span>
      );
    })}
    {bounds.map(({ name, value }) => (
      <span key={name} className="legend">
        <svg viewBox="0 0 24 10" aria-hidden="true">
          <path className="chart-bound" d="M0 5h24" />
        </svg>
        {name} <strong>{format(value)}</strong>
      </span>
    ))}
    {bars && (
      <span className="legend">
        <svg viewBox="0 0 24 10" aria-hidden="true">
          <path className="chart-bar" d="M2 10V4h4v6zm7 0V1h4v9zm7 0V3h4v7z" />
        </svg>
        {bars.name}
      </span>
    )}
  </figcaption>
);

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** Round numbers around all values: steps of 1, 2 or 5 of a power of ten. */
function scaleOf(values: readonly number[]): Scale {
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const span = high - low || Math.abs(high) || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => power * factor >= rough) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  const ticks = Array.from({ length: last - first + 1 }, (_, k) =>
    Number(((first + k) * step).toPrecision(12)),
  );
  return { low: first * step, high: last * step, ticks };
}
