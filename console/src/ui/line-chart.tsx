import './line-chart.css';

interface LineChartProps {
  /** What is seen, for who does not see it. */
  readonly label: string;
  /** The first one is drawn through, the others dashed. */
  readonly curves: readonly {
    readonly name: string;
    readonly xs: readonly number[];
    readonly ys: readonly number[];
  }[];
  /** Where one is now; null for nowhere. */
  readonly mark: number | null;
  /** A value that is on the upright axis in any case. */
  readonly least?: number;
  /** Names of the places on the axis, where they are no numbers. */
  readonly ticks: readonly string[] | null;
  readonly format: (value: number) => string;
  /** Of places on the axis: they are of another quantity. */
  readonly formatPlace: (place: number) => string;
}

const [WIDTH, HEIGHT] = [600, 180];
/** Names on the axis; of more there would be no room. */
const MOST_TICKS = 8;

/** Curves over a quantity that is no time. */
export function LineChart({ label, curves, mark, least, ticks, format, formatPlace }: LineChartProps) {
  const [first] = curves;
  const xs = curves.flatMap((curve) => curve.xs);
  const [left, right] = xs.length === 0 ? [0, 1] : [Math.min(...xs), Math.max(...xs)];
  // Bars stand on zero: else a small difference would look like all of it.
  const floor = ticks === null ? least : 0;
  const ys = [...curves.flatMap((curve) => curve.ys), ...(floor === undefined ? [] : [floor])];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const x = (value: number): number => ((value - left) / (right - left || 1)) * WIDTH;
  const y = (value: number): number => HEIGHT - ((value - low) / (high - low || 1)) * HEIGHT;
  return (
    <figure className="line-chart">
      <div className="line-chart-y" aria-hidden="true">
        <span>{format(high)}</span>
        <span>{format(low)}</span>
      </div>
      <svg viewBox={`0 -6 ${WIDTH} ${HEIGHT + 12}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {ticks !== null &&
          first?.ys.map((value, k) => (
            <rect
              key={ticks[k]}
              className={k === mark ? 'bar-marked' : 'bar-plain'}
              x={((k + 0.15) / ticks.length) * WIDTH}
              width={(0.7 / ticks.length) * WIDTH}
              y={Math.min(y(value), y(0))}
              height={Math.max(1, Math.abs(y(value) - y(0)))}
            />
          ))}
        {ticks === null && mark !== null && (
          <path className="line-mark" d={`M${x(mark)} -6v${HEIGHT + 12}`} />
        )}
        {ticks === null &&
          curves.map(({ name, xs: places, ys: values }, k) => (
            <polyline
              key={name}
              className={k === 0 ? 'line-first' : 'line-other'}
              points={places
                .map((value, at) => `${x(value).toFixed(1)},${y(values[at] ?? 0).toFixed(1)}`)
                .join(' ')}
            />
          ))}
      </svg>
      <div className={`line-chart-x ${ticks === null ? '' : 'line-chart-places'}`} aria-hidden="true">
        {ticks === null ? (
          <>
            <span>{formatPlace(left)}</span>
            <span>{formatPlace(right)}</span>
          </>
        ) : (
          (ticks.length > MOST_TICKS ? [] : ticks).map((tick) => <span key={tick}>{tick}</span>)
        )}
      </div>
    </figure>
  );
}
