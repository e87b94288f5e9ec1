/** Bodies of V2 whose JSON is followed by the bytes of tensors, as Triton's clients send them by default. Pure. */
import { isRecord } from '../../../core/record.ts';
import { describeInput } from '../../rows/input-errors.ts';
import { parseJsonBody } from '../../rows/parse-json.ts';
import type { RequestHeaders } from '../../unit-id.ts';
import { complain } from './elements.ts';

/** Header that says how many bytes of a body are JSON. */
export const JSON_LENGTH = 'inference-header-content-length';

/** Throws INPUT_INVALID where the header is no number of bytes. */
export function jsonLength(headers: RequestHeaders): number | null {
  const given = headers[JSON_LENGTH];
  if (given === undefined) return null;
  if (typeof given === 'string' && /^\d{1,15}$/.test(given)) return Number(given);
  const msg = `Inference-Header-Content-Length: expected a number of bytes, got ${describeInput(given)}`;
  return complain([], 'body_length', msg);
}

/**
 * The JSON of a body, in which `data` of the inputs that name a `binary_data_size` are the bytes after it, in turn
 * (https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_binary_data.html). Throws
 * INPUT_INVALID where they are more or fewer than was said.
 */
export function parseV2Body(text: string, rest: Uint8Array): unknown {
  const body = parseJsonBody(text);
  const inputs = isRecord(body) ? body['inputs'] : undefined;
  if (!isRecord(body) || !Array.isArray(inputs)) return body;
  const isPlain = rest.length === 0 && !inputs.some((input) => binarySize(input) !== undefined);
  return isPlain ? body : { ...body, inputs: withBytes(inputs, rest) };
}

function withBytes(inputs: readonly unknown[], rest: Uint8Array): readonly unknown[] {
  let at = 0;
  const filled = inputs.map((input, k) => {
    const size = binarySize(input);
    if (size === undefined || !isRecord(input)) return input;
    const of = `inputs[${k}]`;
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0)
      complain(
        ['inputs', k],
        'byte_length',
        `${of}: expected a "binary_data_size" in bytes, got ${describeInput(size)}`,
      );
    if (Object.hasOwn(input, 'data'))
      complain(['inputs', k], 'body_keys', `${of}: expected one of "data" and "binary_data_size", got both`);
    const start = at;
    at += Number(size);
    if (at > rest.length)
      complain(
        ['inputs', k],
        'byte_length',
        `${of}: ${size} bytes are announced, ${rest.length - start} are left after the JSON`,
      );
    return { ...input, data: rest.subarray(start, at) };
  });
  if (at < rest.length)
    complain(
      ['inputs'],
      'byte_length',
      `unexpected additional input data: ${rest.length - at} bytes after the last input`,
    );
  return filled;
}

function binarySize(input: unknown): unknown {
  const parameters = isRecord(input) ? input['parameters'] : undefined;
  return isRecord(parameters) ? parameters['binary_data_size'] : undefined;
}
