/** Steps that change how the numbers of a column are distributed: above or below, into bins, by powers, by ranks. */
import { type ColumnNeeds, FINITE, needsElementwise, needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { fittedWidth, NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** 1 where a number is above `threshold`, else 0. */
export interface BinarizerStep extends StepBase {
  readonly kind: 'binarizer';
  readonly threshold: number;
}

/** The number of edges, a rising list a column, that are at or below x: its bin. */
export interface DiscretizerStep extends StepBase {
  readonly kind: 'discretizer';
  readonly edges: readonly Float64Array[];
  /** Before 1.1 numbers just below an edge counted as above it: x + (10⁻⁸ + 10⁻⁵|x|) is compared. */
  readonly tolerant?: true;
}

/**
 * Box-Cox: (x^λ - 1)/λ, log x at λ = 0, of positive numbers. Yeo-Johnson: ((1 + x)^λ - 1)/λ, and below zero the same of -x
 * with 2 - λ, negated (I.-K. Yeo, R. A. Johnson; Biometrika 87.4, 2000). A λ a column.
 */
export interface PowerTransformerStep extends StepBase {
  readonly kind: 'power-transformer';
  /** `yeo-johnson-powers`: by a power less 1, as before 1.7; the others by expm1 of λ times the logarithm. */
  readonly method: 'box-cox' | 'yeo-johnson' | 'yeo-johnson-powers';
  readonly lambdas: Float64Array;
}

/**
 * The rank of x among the quantiles of its column, between 0 and 1: linear between them, from below and from above,
 * whose mean counts (they differ where quantiles are equal). `normal`: the number of which a normal distribution has
 * that share below. quantiles: a rising list a column, as long as `references`.
 */
export interface QuantileTransformerStep extends StepBase {
  readonly kind: 'quantile-transformer';
  readonly quantiles: readonly Float64Array[];
  readonly references: Float64Array;
  readonly distribution: 'uniform' | 'normal';
}

/** How near to an end of the quantiles a number counts as the end itself, where the distribution is normal. */
export const BOUND = 1e-7;
/** Shares that become the least and the greatest number (`BOUNDS_THRESHOLD - np.spacing(1)`). */
export const LEAST_SHARE = BOUND - 2 ** -52;
export const GREATEST_SHARE = 1 - LEAST_SHARE;

/**
 * Φ⁻¹ by rational approximations (S. L. Moshier, Cephes, `ndtri.c`): about 1/2 in (p - 1/2)², in the tails in
 * 1/√(-2 log p). Coefficients from the highest power down.
 */
export const NORMAL_QUANTILE = {
  /** Tails are shares below e⁻², or above 1 - e⁻². */
  tail: 0.1353352832366127,
  scale: 2.5066282746310007,
  centre: {
    numerator: [
      -59.96335010141079, 98.00107541859997, -56.67628574690703, 13.931260938727968, -1.2391658386738125,
    ],
    denominator: [
      1, 1.9544885833814176, 4.676279128988815, 86.36024213908905, -225.46268785411937, 200.26021238006066,
      -82.03722561683334, 15.90562251262117, -1.1833162112133,
    ],
  },
  tails: {
    numerator: [
      4.0554489230596245, 31.525109459989388, 57.16281922464213, 44.08050738932008, 14.684956192885803,
      2.1866330685079025, -0.1402560791713545, -0.03504246268278482, -0.0008574567851546854,
    ],
    denominator: [
      1, 15.779988325646675, 45.39076351288792, 41.3172038254672, 15.04253856929075, 2.504649462083094,
      -0.14218292285478779, -0.03808064076915783, -0.0009332594808954574,
    ],
  },
} as const;

/** NaN passes, an infinity is refused. */
const finiteElementwise = (_step: unknown, width: number, out: ColumnNeeds | null): ColumnNeeds =>
  needsElementwise(width, out).map((need) => ({ ...need, ...FINITE }));

/** Numbers of a column that are tried. */
const MAX_TRIED = 32;
const fewOf = (values: Float64Array): Float64Array => {
  const every = Math.ceil(values.length / MAX_TRIED);
  return values.filter((_, i) => i % every === 0 || i === values.length - 1);
};

type DistributionStep = BinarizerStep | DiscretizerStep | PowerTransformerStep | QuantileTransformerStep;

export const DISTRIBUTION_STEPS: StepDescriptions<DistributionStep> = {
  binarizer: {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: 'kept',
    rounding: 'none',
    tried: ({ features, threshold }) => Array.from({ length: features ?? 0 }, () => [threshold]),
  },
  discretizer: {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: fittedWidth,
    rounding: 'none',
    tried: ({ edges }) => edges.map(fewOf),
  },
  'power-transformer': {
    ...NUMERIC_TRANSFORMER,
    needs: finiteElementwise,
    width: fittedWidth,
    rounding: 'sum',
    tried: ({ method, lambdas }) => Array.from(lambdas, () => (method === 'box-cox' ? [0.5, 1, 2] : [0])),
  },
  'quantile-transformer': {
    ...NUMERIC_TRANSFORMER,
    needs: finiteElementwise,
    width: fittedWidth,
    rounding: ({ distribution }) => (distribution === 'uniform' ? 'same' : 'link'),
    tried: ({ quantiles }) => quantiles.map(fewOf),
  },
};
