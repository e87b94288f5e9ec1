import './interval-bar.css';

interface IntervalBarProps {
  readonly lower: number;
  readonly upper: number;
  readonly estimate: number | null;
  /** What is drawn to the edge: the largest of those that are compared. */
  readonly widest: number;
  /** Worse beyond chance, or better: told by its figures, too. */
  readonly tone?: 'bad' | 'good' | 'plain';
  /** Another line than that of no difference. */
  readonly bar?: number;
}

const [WIDTH, MIDDLE, REACH] = [200, 100, 92];

/** An interval around the line of no difference; its figures stand beside it. */
export function IntervalBar({ lower, upper, estimate, widest, tone = 'plain', bar = 0 }: IntervalBarProps) {
  const at = (value: number): number =>
    MIDDLE + Math.max(-1, Math.min(1, value / Math.max(1e-12, widest))) * REACH;
  return (
    <svg className={`interval interval-${tone}`} viewBox={`0 0 ${WIDTH} 16`} aria-hidden="true">
      <path className="zero" d={`M${at(0)} 0v16`} />
      {bar !== 0 && <path className="bar" d={`M${at(bar)} 0v16`} />}
      <path d={`M${at(lower)} 8H${at(upper)}`} />
      {estimate !== null && <circle cx={at(estimate)} cy="8" r="3.5" />}
    </svg>
  );
}
