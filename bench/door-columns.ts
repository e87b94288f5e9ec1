/** Names of the columns of the door benchmark, as long as real ones are. */
export const columnNames = (width: number): string[] =>
  Array.from({ length: width }, (_, j) => `measurement_${j}`);
