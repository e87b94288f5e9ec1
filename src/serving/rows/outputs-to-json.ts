import { elementAt } from '../../core/element-at.ts';
import { halfToNumber } from '../../core/float.ts';
import type { Outputs } from '../../model/batch.ts';
import { isList } from '../../model/output-parts.ts';
import type { Signature } from '../../model/signature.ts';
import type { DType, Tensor } from '../../model/tensor.ts';

/** A JSON value of an answer. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * Outputs as JSON values, nested as their shapes say: ±infinity as `"Infinity"`/`"-Infinity"`, NaN as null, 64-bit
 * integers as numbers where they are exact (else decimal strings). Outputs come in the order of the signature.
 */
export function outputsToJson(outputs: Outputs, signature: Signature): Record<string, JsonValue> {
  const known = signature.outputs.map((output) => output.name).filter((name) => Object.hasOwn(outputs, name));
  const names = new Set([...known, ...Object.keys(outputs)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const output = outputs[name];
      return output === undefined ? [] : [[name, outputToJson(output)]];
    }),
  );
}

const outputToJson = (output: Tensor | readonly Tensor[]): JsonValue =>
  isList(output) ? output.map(tensorToJson) : tensorToJson(output);

/** Nested lists of one tensor. */
export function tensorToJson(tensor: Tensor): JsonValue {
  const { shape, data } = tensor;
  const element = TO_JSON[tensor.dtype];
  const build = (axis: number, start: number, size: number): JsonValue => {
    if (axis === shape.length) return element(data[start]!);
    const count = elementAt(shape, axis);
    const stride = count === 0 ? 0 : size / count;
    return Array.from({ length: count }, (_, k) => build(axis + 1, start + k * stride, stride));
  };
  return build(0, 0, data.length);
}

type ToJson = (element: number | bigint | string) => JsonValue;

const finite: ToJson = (element) => {
  const number = element as number;
  if (Number.isFinite(number)) return number;
  return Number.isNaN(number) ? null : String(number);
};
const exact: ToJson = (element) => {
  const number = Number(element);
  return Number.isSafeInteger(number) ? number : String(element);
};
const half: ToJson = (element) => finite(halfToNumber(element as number));
const same: ToJson = (element) => element as number | string;

const TO_JSON: Readonly<Record<DType, ToJson>> = {
  float64: finite,
  float32: finite,
  float16: half,
  int64: exact,
  uint64: exact,
  int32: same,
  uint32: same,
  int16: same,
  uint16: same,
  int8: same,
  uint8: same,
  bool: (element) => element === 1,
  string: same,
};
