import type { MarginLink } from '../../model/booster.ts';
import { type BoosterModel, isSince } from './booster.ts';
import { boosterUnsupported } from './failure.ts';

/** What an objective makes of margins (`PredTransform`), and of `base_score` (`ProbToMargin`). */
export interface BoosterObjective {
  readonly link: MarginLink;
  /** The margin of a base score, in float32. */
  readonly marginOf: (base: number) => number;
}

const OBJECTIVE = { path: 'learner.objective', offset: 0 };

const asIs = (base: number): number => base;
/** `-logf(1.0f / x - 1.0f)` (`regression_loss.h`). */
const logitOf = (base: number): number => -Math.fround(Math.log(Math.fround(Math.fround(1 / base) - 1)));
const logOf = (base: number): number => Math.fround(Math.log(base));

/** `kRtEps`, within which releases from 3.2 on keep the base score of a logistic loss. */
const EPS = Math.fround(1e-6);
const boundedLogit = (base: number): number => logitOf(Math.min(Math.max(base, EPS), Math.fround(1 - EPS)));

const IDENTITY: BoosterObjective = { link: { kind: 'identity' }, marginOf: asIs };
const EXP: BoosterObjective = { link: { kind: 'exp' }, marginOf: logOf };

const OBJECTIVES: ReadonlyMap<string, BoosterObjective> = new Map([
  ['reg:squarederror', IDENTITY],
  ['reg:linear', IDENTITY],
  ['reg:squaredlogerror', IDENTITY],
  ['reg:pseudohubererror', IDENTITY],
  ['reg:absoluteerror', IDENTITY],
  ['reg:quantileerror', IDENTITY],
  ['reg:expectileerror', IDENTITY],
  ['binary:logitraw', IDENTITY],
  ['rank:pairwise', IDENTITY],
  ['rank:ndcg', IDENTITY],
  ['rank:map', IDENTITY],
  ['binary:hinge', { link: { kind: 'hinge' }, marginOf: asIs }],
  ['multi:softprob', { link: { kind: 'softmax' }, marginOf: asIs }],
  ['multi:softmax', { link: { kind: 'argmax' }, marginOf: asIs }],
  ['count:poisson', EXP],
  ['reg:gamma', EXP],
  ['reg:tweedie', EXP],
  ['survival:cox', EXP],
  ['survival:aft', EXP],
]);

/** `common::Sigmoid` of float32 cuts its exponent from 1.6 on. */
const SIGMOID_LIMIT = Math.fround(88.7);

/** The objective that a booster was saved with. Errors: MODEL_UNSUPPORTED. */
export function objectiveOf({ objective, release, targets }: BoosterModel): BoosterObjective {
  const name = objective.replace(/^gpu:/, '');
  // Releases from 3.4 on make the later ones of the first one and of steps that cannot be negative.
  if (name === 'reg:expectileerror' && targets > 1)
    throw boosterUnsupported(
      OBJECTIVE,
      'name',
      `${JSON.stringify(objective)} of ${targets} expectiles`,
      'one is',
    );
  if (name === 'reg:logistic' || name === 'binary:logistic') {
    const limit = isSince(release, 1, 6) ? SIGMOID_LIMIT : Infinity;
    const marginOf = isSince(release, 3, 2) ? boundedLogit : logitOf;
    return { link: { kind: 'sigmoid', factor: 1, limit }, marginOf };
  }
  // The raw margins of a logistic loss had its base score up to 1.2.
  if (name === 'binary:logitraw' && !isSince(release, 1, 3)) return { ...IDENTITY, marginOf: logitOf };
  const found = OBJECTIVES.get(name);
  if (found !== undefined) return found;
  const known = `${[...OBJECTIVES.keys()].join(', ')}, reg:logistic and binary:logistic are`;
  throw boosterUnsupported(OBJECTIVE, 'name', JSON.stringify(objective), known);
}
