export interface ColumnHead {
  readonly text: string;
  /** Figures stand to the right; what is `wide` is left out where there is little room. */
  readonly className?: string;
}

/** The head of a table: what each of its columns is. */
export const ColumnHeads = ({ columns }: { readonly columns: readonly ColumnHead[] }) => (
  <thead>
    <tr>
      {columns.map(({ text, className }) => (
        <th key={text} scope="col" className={className}>
          {text}
        </th>
      ))}
    </tr>
  </thead>
);
