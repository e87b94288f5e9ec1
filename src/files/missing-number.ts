import { PlimsollError } from '../core/errors.ts';
import type { ModelContent, ModelDescription } from '../model/description.ts';
import type { ModelStep } from '../model/step.ts';

/** Classes of xgboost that keep the number that is missing to them (`XGBModel.missing`). */
const WRAPPER = /^xgboost\.sklearn\./;

/**
 * The model, to which `missing` is missing beside NaN: a booster of XGBoost, alone or at the end of a pipeline. `DMatrix`
 * is told the number at each call and stores it nowhere; it compares in float32. Errors: MISSING_UNFIT where the file
 * itself says what is missing.
 */
export function withMissing(description: ModelDescription, missing: number): ModelDescription {
  const { content, framework, notes } = description;
  // What stands in the way of the model is said first.
  if (content === null) return description;
  const root = content.kind === 'steps' ? marked(content.root, missing) : null;
  if (root === null || content.kind !== 'steps') throw unfit(missing, ...reasonOf(content, framework.name));
  const text = `${missing} counts as missing, as NaN does: --missing ${missing}`;
  return { ...description, content: { ...content, root }, notes: [...notes, { level: 'info', text }] };
}

/** Null where the last step is no booster of XGBoost. */
function marked(step: ModelStep, missing: number): ModelStep | null {
  if (step.kind === 'pipeline') {
    const last = step.steps.at(-1);
    const next = last === undefined ? null : marked(last.step, missing);
    if (last === undefined || next === null) return null;
    return { ...step, steps: [...step.steps.slice(0, -1), { ...last, step: next }] };
  }
  const isTrees = step.kind === 'tree-ensemble' || step.kind === 'linear-booster';
  if (!isTrees || !step.origin.class.startsWith('xgboost.')) return null;
  const number = Math.fround(missing);
  if (!WRAPPER.test(step.origin.class)) return { ...step, missingNumber: number };
  const stored = step.missingNumber ?? Number.NaN;
  if (stored === number) return step;
  throw unfit(
    missing,
    `${step.origin.class.replace(WRAPPER, '')} stores what is missing to it, missing=${stored}`,
    'Leave out --missing; where the file is wrong, set_params(missing=…) and save it again',
  );
}

function reasonOf(content: ModelContent, framework: string): readonly [reason: string, way: string] {
  const kinds = content.kind === 'steps' ? kindsOf(content.root) : [];
  if (kinds.some((name) => name.startsWith('lightgbm.')))
    return [
      'LightGBM stores in the file what is missing to it',
      'Leave out --missing; train with zero_as_missing=true where zeros are missing, else send null for what is missing',
    ];
  const what = kinds.some((name) => name.startsWith('catboost.')) ? 'CatBoost' : framework;
  return [
    `only XGBoost takes such a number at each call, and the model is one of ${what}`,
    'Leave out --missing, and send null for what is missing',
  ];
}

const kindsOf = (step: ModelStep): readonly string[] => [
  step.origin.class,
  ...(step.kind === 'pipeline' ? step.steps.flatMap((inner) => kindsOf(inner.step)) : []),
];

const unfit = (missing: number, reason: string, way: string): PlimsollError =>
  new PlimsollError('MISSING_UNFIT', { found: missing, reason, way });
