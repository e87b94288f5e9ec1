import { isRecord } from '../../core/record.ts';
import type { ColumnSpec, Signature, TensorSpec } from '../../model/signature.ts';
import { isDType } from './signature-json.ts';

/** Inputs of a model as MLflow's `MLmodel` states them (mlflow/types/schema.py). Pure. */

const NUMBERS: ReadonlySet<unknown> = new Set(['integer', 'long', 'float', 'double']);
const COLUMNS_MAX = 100_000;
/** numpy's names of types that are called otherwise here. */
const DTYPES: Readonly<Record<string, string>> = { str: 'string', object: 'string' };

/** The signature that an `MLmodel` states, outputs left open; null where it states none, or one that no rows here can fit. */
export function mlflowSignature(signature: unknown): Signature | null {
  const inputs = isRecord(signature) ? listIn(signature['inputs']) : null;
  if (inputs === null || inputs.length === 0 || inputs.length > COLUMNS_MAX) return null;
  const outside = { outputs: [], classes: null };
  if (inputs.every((input) => isRecord(input) && input['type'] === 'tensor')) {
    const tensors = inputs.map((input, i) => tensorOf(input as Readonly<Record<string, unknown>>, i));
    return tensors.every((tensor) => tensor !== null) ? { form: 'tensors', tensors, ...outside } : null;
  }
  const columns = inputs.map(columnOf);
  if (!columns.every((column) => column !== null)) return null;
  if (new Set(columns.map(({ name }) => name)).size !== columns.length) return null;
  return { form: 'table', columns, ...outside };
}

/** It is JSON in a string of YAML. */
function listIn(text: unknown): readonly unknown[] | null {
  if (typeof text !== 'string') return Array.isArray(text) ? text : null;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function columnOf(input: unknown, index: number): ColumnSpec | null {
  if (!isRecord(input)) return null;
  const { type, name, required = true, optional = false } = input;
  const kind = NUMBERS.has(type)
    ? 'number'
    : type === 'string'
      ? 'string'
      : type === 'boolean'
        ? 'bool'
        : null;
  if (kind === null) return null;
  const named = typeof name === 'string';
  // Integers of pandas cannot be missing; MLflow refuses them.
  const nullable =
    required === false || optional === true || type === 'double' || type === 'float' || type === 'string';
  return { name: named ? name : `x${index}`, named, type: kind, nullable };
}

function tensorOf(input: Readonly<Record<string, unknown>>, index: number): TensorSpec | null {
  const spec = input['tensor-spec'];
  if (!isRecord(spec) || !Array.isArray(spec['shape'])) return null;
  const dtype = DTYPES[String(spec['dtype'])] ?? spec['dtype'];
  const shape = spec['shape'].map(Number);
  if (!isDType(dtype) || shape.length === 0 || shape[0] !== -1 || !shape.every(Number.isSafeInteger))
    return null;
  const { name } = input;
  return { name: typeof name === 'string' ? name : `input${index === 0 ? '' : index}`, dtype, shape };
}
