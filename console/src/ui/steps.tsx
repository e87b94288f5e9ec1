interface StepsProps {
  readonly label: string;
  readonly names: readonly string[];
  /** Index of the one that is now. */
  readonly now: number;
}

/** Where one is on a way of several pages. */
export const Steps = ({ label, names, now }: StepsProps) => (
  <ol className="steps" aria-label={label}>
    {names.map((name, k) => (
      <li
        key={name}
        className={k < now ? 'step-over' : k === now ? 'step-now' : ''}
        aria-current={k === now ? 'step' : undefined}
      >
        {name}
        {k < now && <span className="unseen">, done</span>}
      </li>
    ))}
  </ol>
);

/** The way of a version to its traffic. */
export const RELEASE_STEPS = ['File', 'Checks', 'Strategy'] as const;
