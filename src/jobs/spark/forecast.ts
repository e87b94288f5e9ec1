/** How long a run on Spark will take, and what it will cost. Pure. */

export interface SparkForecast {
  /** Null where the rows are not known before they are read. */
  readonly seconds: number | null;
  readonly cost: number | null;
  /** What it was worked out from. */
  readonly rows: number | null;
  readonly rowsPerSecond: number;
  readonly cores: number;
}

/** Of the first task: code is sent, Python and scorer start. */
const START_SECONDS = 10;

/**
 * `START_SECONDS` + rows / (cores × `rowsPerSecond`), where the latter is what one core was measured to do here, reading
 * included. `hourlyCost` is that of the cluster.
 */
export function forecast(
  rows: number | null,
  rowsPerSecond: number,
  cores: number,
  hourlyCost: number | null,
): SparkForecast {
  const seconds = rows === null ? null : START_SECONDS + rows / (cores * rowsPerSecond);
  const cost = seconds === null || hourlyCost === null ? null : (seconds / 3600) * hourlyCost;
  return { seconds, cost, rows, rowsPerSecond, cores };
}
