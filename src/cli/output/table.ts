/** Cells side by side, each column as wide as its widest cell, two spaces between; no trailing blanks. */
export function formatTable(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, j) => {
      widths[j] = Math.max(widths[j] ?? 0, cell.length);
    });
  }
  const line = (row: readonly string[]): string =>
    widths.map((width, j) => (row[j] ?? '').padEnd(width)).join('  ');
  return rows.map((row) => `${indent}${line(row)}`.trimEnd()).join('\n');
}

/** Blanks between columns. */
const GAP = 2;

/**
 * Indices of the columns to show in `width` characters: all, or without some of the `expendable` ones, the first named
 * going first. The first row is the head.
 */
export function visibleColumns(
  rows: readonly (readonly string[])[],
  width: number,
  expendable: readonly string[],
): readonly number[] {
  const [head = []] = rows;
  let kept = head.map((name, j) => ({
    ...{ name, j },
    width: Math.max(...rows.map((row) => row[j]?.length ?? 0)),
  }));
  const wide = (): number => kept.reduce((sum, column) => sum + column.width + GAP, -GAP);
  for (const name of expendable) {
    if (wide() <= width) break;
    kept = kept.filter((column) => column.name !== name);
  }
  return kept.map(({ j }) => j);
}

/** A table with a head, without what there is no room for; what was left out is said below it. */
export function fittedTable(
  rows: readonly (readonly string[])[],
  width: number,
  expendable: readonly string[],
): string {
  const [head = []] = rows;
  const indent = '  ';
  const kept = visibleColumns(rows, width - indent.length, expendable);
  const text = formatTable(rows.map((row) => row.filter((_, j) => kept.includes(j))));
  const gone = head.filter((_, j) => !kept.includes(j));
  return gone.length === 0 ? text : `${text}\n${indent}(no room for ${gone.join(', ')}: --json shows them)`;
}
