/** What a step wants of one input column. `any` passes through to an output that nobody looks at. */
export interface ColumnNeed {
  readonly type: 'number' | 'string' | 'bool' | 'any';
  readonly nullable: boolean;
  /** Of strings: whether an integer stands for its digits. */
  readonly integers?: true;
  readonly used: boolean;
  readonly categories?: readonly (string | number | boolean | null)[];
  readonly unknown?: 'error' | 'ignore';
  /** Largest magnitude that the step takes; absent where infinities pass. */
  readonly largest?: number;
}

/** Needs of the columns of one table, in their order. */
export type ColumnNeeds = readonly ColumnNeed[];

/** scikit-learn refuses what is not finite (`check_array`), for trees after rounding to float32. */
export const FINITE = { largest: Number.MAX_VALUE };
/** The last float64 before the midpoint between the largest float32 and the next that there would be. */
export const FINITE_IN_FLOAT32 = { largest: 3.4028235677973362e38 };

export const NUMBER: ColumnNeed = { type: 'number', nullable: false, used: true, ...FINITE };
export const NULLABLE_NUMBER: ColumnNeed = { type: 'number', nullable: true, used: true };
/** Of an output column of the root: anything goes. */
export const FREE: ColumnNeed = { type: 'any', nullable: true, used: true };
export const UNUSED: ColumnNeed = { type: 'any', nullable: true, used: false };

/** The same need of each of `width` columns. */
export const needsAlike = (width: number, need: ColumnNeed): ColumnNeeds =>
  Array.from({ length: width }, () => need);

/** Numbers in every column, none of them missing. */
export const needsNumbers = (_step: unknown, width: number): ColumnNeeds => needsAlike(width, NUMBER);

/** Numbers that may be missing wherever what follows takes NaN: of steps that hand each cell on. */
export const needsElementwise = (width: number, out: ColumnNeeds | null): ColumnNeeds =>
  Array.from(
    { length: width },
    (_, i): ColumnNeed => ({ type: 'number', nullable: out?.[i]?.nullable ?? true, used: true }),
  );

/** One column seen by two steps has to suit both. */
export function mergeNeeds(a: ColumnNeed, b: ColumnNeed): ColumnNeed {
  if (!a.used) return b;
  if (!b.used) return a;
  const typed = a.type === 'any' ? b : a;
  const listed = a.categories === undefined ? b : a;
  const largest = Math.min(a.largest ?? Infinity, b.largest ?? Infinity);
  const unknown = a.unknown === 'error' || b.unknown === 'error' ? 'error' : (a.unknown ?? b.unknown);
  return {
    type: typed.type,
    nullable: a.nullable && b.nullable,
    ...(a.integers && b.integers ? { integers: true as const } : {}),
    used: true,
    ...(listed.categories === undefined ? {} : { categories: listed.categories }),
    ...(unknown === undefined ? {} : { unknown }),
    ...(largest === Infinity ? {} : { largest }),
  };
}
