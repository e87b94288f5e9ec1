interface HeatMapProps {
  readonly label: string;
  /** Of each moment, how many fell below each bound and above the one before. */
  readonly columns: readonly (readonly (readonly [number, number])[])[];
  readonly format: (bound: number) => string;
}

const [CELL, ROW] = [10, 10];
/** So many rows have a name. */
const NAMED = 5;

/** How a distribution moves: a column a moment, a row a bucket, the darker the more. */
export function HeatMap({ label, columns, format }: HeatMapProps) {
  const bounds = [...new Set(columns.flatMap((column) => column.map(([bound]) => bound)))].sort(
    (a, b) => b - a,
  );
  const rowOf = new Map(bounds.map((bound, k) => [bound, k]));
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
          const all = column.reduce((sum, [, count]) => sum + count, 0);
          return column.map(([bound, count]) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a moment has no other name
              key={`${k} ${bound}`}
              x={k * CELL}
              y={(rowOf.get(bound) ?? 0) * ROW}
              width={CELL}
              height={ROW}
              opacity={0.12 + 0.88 * Math.sqrt(count / all)}
            />
          ));
        })}
      </svg>
    </div>
  );
}
