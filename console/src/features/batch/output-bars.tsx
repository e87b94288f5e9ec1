import type { ColumnComparison } from '../../api/generated/control-api.ts';
import { shareWords } from '../../facts/words.ts';

const [WIDTH, HEIGHT] = [240, 64];
const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** Bars of one output column; labels are named, numbers stand along an axis. */
export function OutputBars({
  comparison: { bars, kind, isWhole },
}: {
  readonly comparison: ColumnComparison;
}) {
  if (bars.length === 0) return <p className="note">More values than can be told one by one.</p>;
  if (kind === 'labels')
    return (
      <>
        <table className="labels">
          <tbody>
            {bars.map(({ label, share, before }) => (
              <tr key={label}>
                <th scope="row">{label === '' ? '(empty)' : label}</th>
                <td>
                  <Pair share={share} before={before} />
                </td>
                <td className="figures-cell">{shareWords(share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {!isWhole && <p className="note">The rarest are left out.</p>}
      </>
    );
  const most = Math.max(...bars.map(({ share, before }) => Math.max(share, before ?? 0)), 1e-9);
  const step = WIDTH / bars.length;
  const [first, last] = [bars[0]?.from ?? 0, bars.at(-1)?.to ?? 0];
  return (
    <>
      <svg
        className="histogram"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Values from ${number.format(first)} to ${number.format(last)}, most often near ${number.format(peakOf(bars))}`}
      >
        {bars.map(({ from, share, before }, k) => (
          <g key={from}>
            {before !== null && (
              <Bar x={k * step} width={step / 2 - 0.5} share={before / most} kind="reference" />
            )}
            <Bar
              x={k * step + (before === null ? 0 : step / 2)}
              width={before === null ? step - 1 : step / 2 - 0.5}
              share={share / most}
              kind="current"
            />
          </g>
        ))}
      </svg>
      <p className="axis" aria-hidden="true">
        <span>{number.format(first)}</span>
        <span>{number.format(last)}</span>
      </p>
    </>
  );
}

const peakOf = (bars: ColumnComparison['bars']): number => {
  const peak = bars.reduce((best, bar) => (bar.share > best.share ? bar : best));
  return ((peak.from ?? 0) + (peak.to ?? 0)) / 2;
};

interface BarProps {
  readonly x: number;
  readonly width: number;
  readonly share: number;
  readonly kind: 'reference' | 'current';
}

const Bar = ({ x, width, share, kind }: BarProps) => (
  <rect className={`bar-${kind}`} x={x} y={HEIGHT - share * HEIGHT} width={width} height={share * HEIGHT} />
);

const Pair = ({ share, before }: { readonly share: number; readonly before: number | null }) => (
  <svg className="pair" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
    {before !== null && <rect className="bar-reference" x="0" y="0" width={before * 100} height="5" />}
    <rect
      className="bar-current"
      x="0"
      y={before === null ? 2 : 6}
      width={share * 100}
      height={before === null ? 8 : 5}
    />
  </svg>
);
