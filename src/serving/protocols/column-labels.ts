/**
 * pandas labels the columns of a frame without names by their places, 0 and on, and MLflow's clients send these labels
 * (`{"dataframe_split": {"columns": [0, 1], …}}`). To a model that knows no names either they mean its columns. Pure.
 */
import { isRecord } from '../../core/record.ts';
import type { Signature } from '../../model/signature.ts';

/** Gives labels of a body the names of the columns that they stand for; null where a model goes by names. */
export function labelReader(signature: Signature): ((body: unknown) => unknown) | null {
  if (signature.form === 'tensors' || signature.open || signature.columns.some(({ named }) => named))
    return null;
  const names = signature.columns.map(({ name }) => name);
  const nameOf = (label: unknown): unknown =>
    typeof label === 'number' || (typeof label === 'string' && LABEL.test(label))
      ? (names[Number(label)] ?? label)
      : label;
  const renamed = (object: unknown): unknown =>
    isRecord(object) && Object.keys(object).some((key) => LABEL.test(key))
      ? Object.fromEntries(Object.entries(object).map(([key, value]) => [nameOf(key), value]))
      : object;
  const rows = (value: unknown): unknown => (Array.isArray(value) ? value.map(renamed) : renamed(value));
  return (body) => {
    if (!isRecord(body)) return rows(body);
    const { dataframe_split: split } = body;
    if (isRecord(split) && Array.isArray(split['columns']))
      return { ...body, dataframe_split: { ...split, columns: split['columns'].map(nameOf) } };
    const [key, second] = Object.keys(body);
    return key !== undefined && second === undefined && FRAMES.has(key) ? { [key]: rows(body[key]) } : body;
  };
}

const LABEL = /^(?:0|[1-9]\d{0,5})$/;
const FRAMES: ReadonlySet<string> = new Set(['dataframe_records', 'instances', 'inputs']);
