/** A line that says what is being done. */
export interface Line {
  /** What is done next. */
  now(text: string): void;
  /** Leaves the line. */
  end(): void;
}

/** Says it now; on a terminal in one line that moves, elsewhere once. */
export function telling(
  text: string,
  stream?: { readonly isTTY?: boolean | undefined; write(text: string): unknown },
): Line;
