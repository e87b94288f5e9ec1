export interface BarPart {
  /** What the colour stands for: a class of the sheet. */
  readonly className: string;
  /** For who hears it, and on the part itself: `scoring 12 ms`. */
  readonly text: string;
  /** Of the whole, 0 to 1. */
  readonly from: number;
  readonly share: number;
}

/** A whole in its parts, side by side. */
export const StageBar = ({
  label,
  parts,
}: {
  readonly label: string;
  readonly parts: readonly BarPart[];
}) => (
  <svg className="stages" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label={label}>
    {parts.map(({ className, text, from, share }) => (
      <rect
        key={className}
        className={className}
        x={from * 1000}
        width={Math.max(share * 1000, 4)}
        height="10"
      >
        <title>{text}</title>
      </rect>
    ))}
  </svg>
);
