/** What `ConvertOutput` of an objective makes of raw scores. */
export type LightgbmLink =
  | 'identity'
  /** sign(s)·s², of `reg_sqrt`. */
  | 'signed-square'
  | 'exp'
  /** 1 / (1 + e^(-sigmoid·s)); of several scores each for itself, not normalised. */
  | 'sigmoid'
  | 'softmax'
  /** log(1 + e^s). */
  | 'log1p-exp';

export interface LightgbmObjective {
  /** As the library names it; `none` where the user brought one of their own. */
  readonly name: string;
  readonly link: LightgbmLink;
  /** Factor of `sigmoid`. */
  readonly sigmoid: number;
  /** Scores a row where the objective says so, else null. */
  readonly classes: number | null;
}

/** Names by what files have called them (`ParseObjectiveAlias` of LightGBM's `config.h`). */
const ALIASES: readonly (readonly [string, string])[] = [
  ['regression', 'regression regression_l2 l2 mean_squared_error mse l2_root root_mean_squared_error rmse'],
  ['regression_l1', 'regression_l1 l1 mean_absolute_error mae'],
  ['multiclass', 'multiclass softmax'],
  ['multiclassova', 'multiclassova multiclass_ova ova ovr'],
  ['cross_entropy', 'cross_entropy xentropy'],
  ['cross_entropy_lambda', 'cross_entropy_lambda xentlambda'],
  ['mape', 'mape mean_absolute_percentage_error'],
  ['rank_xendcg', 'rank_xendcg xendcg xe_ndcg xe_ndcg_mart xendcg_mart'],
  ['none', 'none null custom na'],
];
const NAMES: ReadonlyMap<string, string> = new Map(
  ALIASES.flatMap(([name, aliases]) => aliases.split(' ').map((alias): [string, string] => [alias, name])),
);

const LINKS: ReadonlyMap<string, LightgbmLink> = new Map([
  ['regression', 'identity'],
  ['regression_l1', 'identity'],
  ['huber', 'identity'],
  ['fair', 'identity'],
  ['quantile', 'identity'],
  ['mape', 'identity'],
  ['poisson', 'exp'],
  ['gamma', 'exp'],
  ['tweedie', 'exp'],
  ['binary', 'sigmoid'],
  ['multiclass', 'softmax'],
  ['multiclassova', 'sigmoid'],
  ['cross_entropy', 'sigmoid'],
  ['cross_entropy_lambda', 'log1p-exp'],
  ['lambdarank', 'identity'],
  ['rank_xendcg', 'identity'],
  ['none', 'identity'],
]);
export const OBJECTIVES: readonly string[] = [...LINKS.keys()];

/** Objectives that take the square root of their targets under `reg_sqrt`; the others ignore it. */
const ROOTS = new Set(['regression', 'regression_l1', 'fair', 'quantile', 'mape']);

/** Reads the objective line of a model: `binary sigmoid:0.7`. Null where nothing of LightGBM is called so. */
export function parseObjective(text: string): LightgbmObjective | null {
  const [given = '', ...options] = text.split(' ').filter(Boolean);
  const name = text === '' ? 'none' : (NAMES.get(given) ?? given);
  const link = LINKS.get(name);
  if (link === undefined) return null;
  const numberOf = (key: string): number | null => {
    const option = options.find((one) => one.startsWith(`${key}:`));
    return option === undefined ? null : Number(option.slice(key.length + 1) || Number.NaN);
  };
  const square = options.includes('sqrt') && ROOTS.has(name);
  const sigmoid = name === 'cross_entropy' ? 1 : (numberOf('sigmoid') ?? 1);
  const classes = numberOf('num_class');
  if (!(sigmoid > 0 && sigmoid < Infinity) || Number.isNaN(classes)) return null;
  return { name, link: square ? 'signed-square' : link, sigmoid, classes };
}
