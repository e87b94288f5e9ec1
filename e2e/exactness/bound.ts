import type { CertificateEntry } from '../../src/compile/plan.ts';
import { ulpDistance } from '../../src/core/float.ts';
import type { Outputs } from '../../src/model/batch.ts';
import { isLinked } from '../../src/model/booster.ts';
import { isLinkedCatBoost } from '../../src/model/catboost.ts';
import type { ModelStep } from '../../src/model/step.ts';
import type { StepRounding } from '../../src/model/step-description.ts';
import { roundingOf } from '../../src/model/step-inference.ts';
import type { Tensor } from '../../src/model/tensor.ts';
import type { Fixture } from './fixture.ts';

/**
 * How close one engine keeps an output, which may be closer than what is promised to users (`promise.ts`): the same
 * bits, so many units in the last place, or rounding of the sum's terms.
 */
export type Bound =
  | { readonly kind: 'bits' }
  | { readonly kind: 'ulp'; readonly ulp: number }
  | { readonly kind: 'sum' };

const BITS: Bound = { kind: 'bits' };
const SUM: Bound = { kind: 'sum' };
/** Links and ufuncs of the native engine. */
const LINK: Bound = { kind: 'ulp', ulp: 4 };

/** What the description of a step says of its arithmetic, as a bound of the native engine. */
const BOUNDS: { readonly [R in StepRounding]: Bound } = { none: BITS, same: BITS, link: LINK, sum: SUM };

export function nativeBound(step: ModelStep, output: string): Bound {
  if (step.kind === 'pipeline') {
    const last = step.steps.length - 1;
    return worstOf(
      step.steps.map(({ step: inner }, i) => nativeBound(inner, i === last ? output : 'transform')),
    );
  }
  if (step.kind === 'column-transformer' || step.kind === 'feature-union')
    return worstOf(
      step.branches.map(({ step: inner }) => (inner === null ? BITS : nativeBound(inner, output))),
    );
  if (step.kind === 'catboost') return isLinkedCatBoost(step, output) ? LINK : BITS;
  if (step.kind === 'linear-booster') return isLinked(step.head, output) ? LINK : BITS;
  if (step.kind !== 'tree-ensemble') return BOUNDS[roundingOf(step)];
  if (step.base.kind === 'estimator') return SUM;
  if (step.head.kind === 'booster') return isLinked(step.head, output) ? LINK : BITS;
  const linked =
    step.head.kind === 'boosted'
      ? output === 'predict_proba'
      : step.head.kind === 'regression' && step.head.link !== 'identity';
  return linked ? LINK : BITS;
}

const worstOf = (bounds: readonly Bound[]): Bound =>
  bounds.find(({ kind }) => kind === 'sum') ?? bounds.find(({ kind }) => kind === 'ulp') ?? BITS;

/** What the certificate of a graph says of the whole plan: ulps add up along a chain, so they hold only for a last link. */
export function graphBound(certificate: readonly CertificateEntry[], root: ModelStep, output: string): Bound {
  const [only, ...others] = certificate.filter(({ exactness }) => exactness !== 'bit-exact');
  if (only === undefined) return BITS;
  if (root.kind === 'catboost' && !isLinkedCatBoost(root, output)) return BITS;
  const rawScores =
    root.kind === 'tree-ensemble' &&
    (root.head.kind === 'booster' ? !isLinked(root.head, output) : output === 'decision_function');
  if (rawScores && root.base.kind === 'constant') return BITS;
  if (others.length > 0 || only.exactness === 'tolerance') return SUM;
  return { kind: 'ulp', ulp: Number(/\d+/.exec(only.bound)?.[0]) };
}

/** Cells that are further from the library's than their bound allows, in words. */
export function brokenCells(
  { expected, terms }: Fixture,
  outputs: Outputs,
  boundOf: (output: string) => Bound,
): string[] {
  const sums = flatten(terms ?? []).map(Number);
  const most = Math.max(1, ...sums);
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const found = tensorsOf(outputs[name] ?? []).flatMap(({ data }) =>
      Array.from<unknown>(data as ArrayLike<unknown>),
    );
    const cells = flatten(wanted);
    if (found.length !== cells.length) return [`${name}: ${found.length} cells, ${cells.length} wanted`];
    const bound = boundOf(name);
    const single = tensorsOf(outputs[name] ?? []).some(({ dtype }) => dtype === 'float32');
    return found.flatMap((cell, at) =>
      keeps(cell, cells[at], bound, sums.length === found.length ? sums[at]! : most, single)
        ? []
        : [`${name}[${at}]: ${String(cell)}, ${String(cells[at])} wanted (${bound.kind})`],
    );
  });
}

function keeps(found: unknown, wanted: unknown, bound: Bound, terms: number, single: boolean): boolean {
  if (typeof found === 'string') return found === wanted;
  const [a, b] = [Number(found), wanted === null ? Number.NaN : Number(wanted)];
  if (Object.is(a, b)) return true;
  if (bound.kind === 'bits') return false;
  // 1 - σ cancels in the library too: there the bound is one of the absolute difference.
  // A unit in the last place of float32 is 2²⁹ of float64.
  const unit = single ? 2 ** 29 : 1;
  if (bound.kind === 'ulp')
    return ulpDistance(a, b) <= bound.ulp * unit || Math.abs(a - b) <= bound.ulp * unit * 2 ** -53;
  return Math.abs(a - b) <= 1e-9 * Math.abs(b) + 1e-13 * terms;
}

const flatten = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(flatten) : [value]);

export const tensorsOf = (output: Tensor | readonly Tensor[]): readonly Tensor[] =>
  Array.isArray(output) ? output : [output as Tensor];
