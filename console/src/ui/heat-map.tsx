import { type ChartMark, markPlace } from './chart-mark.ts';
import './heat-map.css';
import { axisTime } from './time-words.ts';

interface HeatMapProps {
  readonly label: string;
  /** Milliseconds since the epoch, of each column. */
  readonly times: readonly number[];
  /** Of each moment, how many fell below each bound and above the one before. */
  readonly columns: readonly (readonly (readonly [number, number])[])[];
  readonly marks?: readonly ChartMark[];
  readonly format: (bound: number) => string;
}

const [CELL, ROW] = [10, 10];
/** Buckets to a doubling: as the server counts durations. */
const PER_OCTAVE = 2;
/** So many rows have a name, and so many moments. */
const NAMED = 5;
const TIMES_NAMED = 4;

/** How a distribution moves: a column a moment, a row a bucket, the darker the more. */
export function HeatMap({ label, times, columns, marks = [], format }: HeatMapProps) {
  const all = columns.flatMap((column) => column.map(([bound]) => bound));
  const [most, least] = [Math.max(...all), Math.min(...all)];
  const rowOf = (bound: number): number => Math.round(PER_OCTAVE * Math.log2(most / bound));
  const bounds = Array.from({ length: rowOf(least) + 1 }, (_, k) => most / 2 ** (k / PER_OCTAVE));
  const step = Math.max(1, Math.ceil(bounds.length / NAMED));
  const [width, height] = [columns.length * CELL, bounds.length * ROW];
  return (
    <div className="heat">
      <div className="heat-bounds" aria-hidden="true">
        {bounds
          .filter((_, k) => k % step === 0)
          .map((bound) => (
            <span key={bound}>{format(bound)}</span>
          ))}
      </div>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {columns.map((column, k) => {
          const sum = column.reduce((counted, [, count]) => counted + count, 0);
          return column.map(([bound, count]) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a moment has no other name
              key={`${k} ${bound}`}
              x={k * CELL}
              y={rowOf(bound) * ROW}
              width={CELL}
              height={ROW}
              opacity={0.12 + 0.88 * Math.sqrt(count / sum)}
            />
          ));
        })}
        {marks.map((mark) => {
          const x = markPlace(mark, times) * width;
          return <line key={mark.at} className="chart-mark" x1={x} x2={x} y1={0} y2={height} />;
        })}
      </svg>
      <HeatTimes times={times} />
    </div>
  );
}

function HeatTimes({ times }: { readonly times: readonly number[] }) {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const named = times.length < TIMES_NAMED ? times : spread(times);
  return (
    <div className="heat-times" aria-hidden="true">
      {named.map((at) => (
        <span key={at}>{axisTime(at, last - first)}</span>
      ))}
    </div>
  );
}

const spread = (times: readonly number[]): readonly number[] =>
  Array.from({ length: TIMES_NAMED }, (_, k) => {
    const at = Math.round((k * (times.length - 1)) / (TIMES_NAMED - 1));
    return times[at] ?? 0;
  });
