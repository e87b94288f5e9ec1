import type { HistogramBin } from './drift-words.ts';

const [WIDTH, HEIGHT] = [300, 84];

/** The reference and what came since, side by side in each bin. */
export function Histogram({
  bins,
  label,
}: {
  readonly bins: readonly HistogramBin[];
  readonly label: string;
}) {
  const most = Math.max(1e-9, ...bins.flatMap(({ reference, current }) => [reference, current]));
  const step = WIDTH / Math.max(1, bins.length);
  const bar = (share: number) => ({
    y: HEIGHT - (share / most) * HEIGHT,
    height: (share / most) * HEIGHT,
    width: step * 0.4,
  });
  return (
    <svg
      className="histogram"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {bins.map(({ name, reference, current }, k) => (
        <g key={name}>
          <title>{name}</title>
          <rect className="bar-reference" x={k * step + step * 0.08} {...bar(reference)} />
          <rect className="bar-current" x={k * step + step * 0.52} {...bar(current)} />
        </g>
      ))}
    </svg>
  );
}
