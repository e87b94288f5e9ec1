import { isRecord } from '../../core/record.ts';
import type { CatBoostFile } from './model-file.ts';

type Info = CatBoostFile['info'];

/** A parameter of `model_info` that is JSON; an empty object where it is absent or no JSON object. */
function jsonOf(info: Info, key: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(info.get(key) ?? '{}');
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** The loss that was trained (`Logloss`), without its parameters; empty where the file does not say. */
export function lossOf(info: Info): string {
  const loss = jsonOf(info, 'params')['loss_function'];
  const type = isRecord(loss) ? loss['type'] : (loss ?? info.get('loss_function'));
  return typeof type === 'string' ? (type.split(':')[0] ?? '') : '';
}

/** The release of CatBoost that wrote the file, or null. */
export function versionOf(info: Info): string | null {
  const text = info.get('catboost_version_info') ?? '';
  return /(?:tags\/v|Release )(\d+(?:\.\d+)+)/.exec(text)?.[1] ?? null;
}

/** What the file says of its classes; `class_params`, in files up to 0.23 `multiclass_params`. */
export interface ClassParameters {
  readonly type: string;
  readonly names: readonly unknown[];
  /** Class of each dimension: its place among the names, or where there are none the label itself. */
  readonly places: readonly unknown[];
  readonly count: number;
}

export function classParametersOf(info: Info): ClassParameters | null {
  const key = ['class_params', 'multiclass_params'].find((name) => info.has(name));
  if (key === undefined) return trainedClassesOf(info);
  const {
    class_label_type: type,
    class_names: names,
    class_to_label: places,
    classes_count: count,
  } = jsonOf(info, key);
  return {
    type: typeof type === 'string' ? type : 'Integer',
    names: Array.isArray(names) ? names : [],
    places: Array.isArray(places) ? places : [],
    count: typeof count === 'number' ? count : 0,
  };
}

/** Files up to 0.23 name two classes among the parameters of the training, always as strings. */
function trainedClassesOf(info: Info): ClassParameters | null {
  const options = jsonOf(info, 'params')['data_processing_options'];
  const names = isRecord(options) ? options['class_names'] : null;
  return Array.isArray(names) && names.length > 0 ? { type: 'String', names, places: [], count: 0 } : null;
}

/** The probability from which on a row is of the second class: set by `set_probability_threshold`. */
export function thresholdOf(info: Info): number | null {
  const text = info.get('binclass_probability_threshold');
  return text === undefined ? null : Number(text);
}

/** Releases and losses as `inspect` shows them. */
export function shownInfo(info: Info): Readonly<Record<string, string>> {
  const loss = lossOf(info);
  const finished = info.get('train_finish_time');
  return {
    ...(loss === '' ? {} : { loss_function: loss }),
    ...(finished === undefined ? {} : { train_finish_time: finished.slice(0, 40) }),
  };
}
