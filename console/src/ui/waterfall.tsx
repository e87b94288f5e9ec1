import type { ReactNode } from 'react';
import './waterfall.css';

export interface WaterfallBar {
  readonly name: string;
  /** What stands beside the name: the value of the row. */
  readonly cell: ReactNode;
  /** From where to where the sum goes; a level is where both are the same. */
  readonly from: number;
  readonly to: number;
  readonly figure: string;
  readonly isLevel?: boolean;
}

interface WaterfallProps {
  /** What is seen, for who does not see it. */
  readonly label: string;
  readonly bars: readonly WaterfallBar[];
}

const WIDTH = 1000;

/** How a sum comes about, a step a row; each figure stands beside its bar as text. */
export function WaterfallChart({ label, bars }: WaterfallProps) {
  const ends = bars.flatMap(({ from, to }) => [from, to]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const scale = (value: number): number => ((value - low) / (high - low || 1)) * WIDTH;
  return (
    <table className="waterfall" aria-label={label}>
      <tbody>
        {bars.map(({ name, cell, from, to, figure, isLevel = false }, k) => (
          <tr key={name} className={isLevel ? 'level' : undefined}>
            <th scope="row">
              {name} <small className="waterfall-under">{cell}</small>
            </th>
            <td className="waterfall-cell">{cell}</td>
            <td className="waterfall-bar">
              <svg viewBox={`-6 0 ${WIDTH + 12} 20`} preserveAspectRatio="none" aria-hidden="true">
                {isLevel ? (
                  <path className="mark" d={`M${scale(to)} 0v20`} />
                ) : (
                  <rect
                    className={to >= from ? 'raises' : 'lowers'}
                    x={scale(Math.min(from, to))}
                    width={Math.max(2, Math.abs(scale(to) - scale(from)))}
                    y="3"
                    height="14"
                  />
                )}
                {k < bars.length - 1 && <path className="joint" d={`M${scale(to)} 17v3`} />}
              </svg>
            </td>
            <td className="figures-cell">{figure}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
