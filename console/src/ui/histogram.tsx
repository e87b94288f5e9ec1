import { type ColumnHead, ColumnHeads } from './column-heads.tsx';

export interface HistogramBin {
  readonly name: string;
  /** Of all rows, 0 to 1. */
  readonly reference: number;
  readonly current: number;
}

interface HistogramProps {
  readonly bins: readonly HistogramBin[];
  /** What is seen, for who does not see it. */
  readonly label: string;
  readonly isLarge?: boolean;
}

const [WIDTH, HEIGHT] = [300, 84];

/** The reference and what came since, side by side in each bin; a large one says where it begins and ends. */
export function Histogram({ bins, label, isLarge = false }: HistogramProps) {
  const most = Math.max(1e-9, ...bins.flatMap(({ reference, current }) => [reference, current]));
  const step = WIDTH / Math.max(1, bins.length);
  const bar = (share: number) => ({
    y: HEIGHT - (share / most) * HEIGHT,
    height: (share / most) * HEIGHT,
    width: step * 0.4,
  });
  const svg = (
    <svg
      className={isLarge ? 'histogram histogram-large' : 'histogram'}
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
  if (!isLarge) return svg;
  return (
    <div>
      {svg}
      <div className="histogram-ends" aria-hidden="true">
        <span>{bins[0]?.name}</span>
        <span>{bins.at(-1)?.name}</span>
      </div>
    </div>
  );
}

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Value' },
  { text: 'Reference', className: 'figures-cell' },
  { text: 'Now', className: 'figures-cell' },
];

interface BinTableProps {
  readonly bins: readonly HistogramBin[];
  readonly format: (share: number) => string;
}

/** The same as figures: what a bin is, and its share on either side. */
export const BinTable = ({ bins, format }: BinTableProps) => (
  <details className="bins">
    <summary>The bins as figures</summary>
    <table>
      <ColumnHeads columns={COLUMNS} />
      <tbody>
        {bins.map(({ name, reference, current }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="figures-cell">{format(reference)}</td>
            <td className="figures-cell">{format(current)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
);
