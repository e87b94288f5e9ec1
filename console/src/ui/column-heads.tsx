export interface ColumnHead {
  readonly text: string;
  /** Figures stand to the right; what is `wide` is left out where there is little room. */
  readonly className?: string;
  /** For who hears: what stands in the column says to eyes what it is. */
  readonly isUnseen?: boolean;
}

/** The head of a table: what each of its columns is. */
export const ColumnHeads = ({ columns }: { readonly columns: readonly ColumnHead[] }) => (
  <thead>
    <tr>
      {columns.map(({ text, className, isUnseen }) => (
        <th key={text} scope="col" className={className}>
          {isUnseen ? <span className="unseen">{text}</span> : text}
        </th>
      ))}
    </tr>
  </thead>
);
