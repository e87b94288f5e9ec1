/** Outputs as the tensors of a V2 answer. Pure. */
import { PlimsollError } from '../../../core/errors.ts';
import { isRecord } from '../../../core/record.ts';
import type { Outputs } from '../../../model/batch.ts';
import { isList } from '../../../model/output-parts.ts';
import type { Signature } from '../../../model/signature.ts';
import type { Tensor } from '../../../model/tensor.ts';
import type { ExplanationAsk } from '../../explanations/explanation-ask.ts';
import type { BinaryAnswer, EncodeResponse, ReadResponseOptions, TargetVersion } from '../../protocol.ts';
import { describeInput } from '../../rows/input-errors.ts';
import { bytesOfTensor } from '../../rows/tensor-bytes.ts';
import { JSON_LENGTH } from './binary.ts';
import { DATATYPE } from './datatypes.ts';
import { complain } from './elements.ts';
import { explainedBy, explanationParameters, explanationTensors } from './explain.ts';
import { outputPartName, outputTensorsOf } from './metadata.ts';

/** The id to repeat, and the outputs that are wanted in their order; null where it is all. */
interface V2ResponseOptions {
  readonly id: string | null;
  readonly outputs: readonly WantedOutput[] | null;
  /** Whether outputs come as bytes that say nothing else themselves. @default {false} */
  readonly binary?: boolean;
  /** Set where one of them is computed only on request. */
  readonly extras?: true;
  /** Set where the answer is to be explained. */
  readonly explain?: ExplanationAsk | undefined;
}

/** What a body asks that asks nothing. */
export const ALL_OUTPUTS: V2ResponseOptions = { id: null, outputs: null };

interface WantedOutput {
  readonly name: string;
  readonly binary: boolean;
}

/** Throws INPUT_INVALID. */
export function v2ResponseOptions({ model, manifest }: TargetVersion): ReadResponseOptions {
  // Other engines have no outputs on request.
  const extras = manifest.runtime === 'native' ? (manifest.signature.extras ?? []) : [];
  const onRequest = new Set(extras.map(({ name }) => name));
  const known = [...outputTensorsOf(manifest.signature).map(({ name }) => name), ...onRequest];
  return (body): V2ResponseOptions => {
    if (!isRecord(body)) return ALL_OUTPUTS;
    const { id = null, outputs = null, parameters } = body;
    if (id !== null && typeof id !== 'string')
      return complain(['id'], 'string_type', `expected a string "id", got ${describeInput(id)}`);
    const binary = isRecord(parameters) && parameters['binary_data_output'] === true;
    const explain = isRecord(parameters) ? explainedBy(parameters, manifest.signature) : undefined;
    if (outputs === null) return { id, outputs: null, binary, explain };
    if (!Array.isArray(outputs))
      return complain(['outputs'], 'list_type', `expected a list "outputs", got ${describeInput(outputs)}`);
    const wanted = outputs.map((output, k) => ({
      name: nameOf(output, k, known, model),
      binary: wantsBinary(output) ?? binary,
    }));
    const names = wanted.map(({ name }) => name);
    const twice = names.find((name, k) => names.indexOf(name) < k);
    if (twice !== undefined)
      return complain(['outputs'], 'duplicate_output', `output '${twice}' already exists in request`);
    const asks = names.some((name) => onRequest.has(name));
    return {
      id,
      outputs: wanted.length === 0 ? null : wanted,
      binary,
      ...(asks ? { extras: true } : {}),
      explain,
    };
  };
}

/** What an output says itself goes before what the request says of all. */
function wantsBinary(output: unknown): boolean | undefined {
  const parameters = isRecord(output) ? output['parameters'] : undefined;
  const binary = isRecord(parameters) ? parameters['binary_data'] : undefined;
  return typeof binary === 'boolean' ? binary : undefined;
}

function nameOf(output: unknown, k: number, known: readonly string[], model: string): string {
  const { name, parameters } = isRecord(output) ? output : {};
  if (typeof name !== 'string' || !known.includes(name)) {
    const msg = `unexpected inference output '${typeof name === 'string' ? name.slice(0, 120) : describeInput(output)}' for model '${model}', which has ${known.join(', ')}`;
    return complain(['outputs', k, 'name'], 'extra_forbidden', msg);
  }
  if (!isRecord(parameters)) return name;
  if (Number(parameters['classification'] ?? 0) > 0) {
    const msg = `output '${name}': the parameter "classification" is not known here`;
    return complain(['outputs', k, 'parameters'], 'extra_forbidden', msg);
  }
  return name;
}

const NO_TENSORS: ReturnType<typeof explanationTensors> = [];

export function v2Encode({ model, version, manifest }: TargetVersion): EncodeResponse {
  const { signature } = manifest;
  const start = `{"model_name":${JSON.stringify(model)},"model_version":"${version}"`;
  return (outputs, rows, requestId, options, explanation) => {
    const { id, outputs: wanted, binary: isBinary = false } = options as V2ResponseOptions;
    const tensors = tensorsOf(outputs, signature);
    const answered = wanted ?? Array.from(tensors.keys(), (name) => ({ name, binary: isBinary }));
    const more = explanation?.kind === 'values' ? explanationTensors(explanation, rows) : NO_TENSORS;
    for (const [name, tensor] of more) tensors.set(name, tensor);
    const all =
      more.length === 0 ? answered : [...answered, ...more.map(([name]) => ({ name, binary: isBinary }))];
    const raw: Uint8Array[] = [];
    const texts = all.flatMap(({ name, binary }) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) return [];
      if (!binary) return tensorText(name, tensor);
      const bytes = bytesOfTensor(tensor);
      raw.push(bytes);
      return `${headText(name, tensor)},"parameters":{"binary_data_size":${bytes.length}}}`;
    });
    const about = explanation === undefined ? '' : explanationParameters(explanation);
    const text = `${start},"id":${JSON.stringify(id ?? requestId)}${about},"outputs":[${texts.join(',')}]}`;
    return raw.length === 0 ? text : withBytes(text, raw);
  };
}

/** JSON and what comes after it (https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_binary_data.html). */
function withBytes(text: string, raw: readonly Uint8Array[]): BinaryAnswer {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(raw.reduce((sum, { length }) => sum + length, json.length));
  bytes.set(json);
  let at = json.length;
  for (const part of raw) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, type: 'application/octet-stream', headers: [JSON_LENGTH, String(json.length)] };
}

/** In the order of the signature; a list of matrices gives a tensor each. */
function tensorsOf(outputs: Outputs, signature: Signature): Map<string, Tensor> {
  const known = signature.outputs.map(({ name }) => name).filter((name) => Object.hasOwn(outputs, name));
  const names = [...new Set([...known, ...Object.keys(outputs)])];
  return new Map(
    names.flatMap((name): [string, Tensor][] => {
      const output = outputs[name];
      if (output === undefined) return [];
      if (!isList(output)) return [[name, output]];
      return output.map((part, k) => [outputPartName(name, k), part]);
    }),
  );
}

const headText = (name: string, { dtype, shape }: Tensor): string =>
  `{"name":${JSON.stringify(name)},"datatype":"${DATATYPE[dtype]}","shape":${JSON.stringify(shape)}`;

function tensorText(name: string, tensor: Tensor): string {
  const { dtype, data } = tensor;
  if (dtype === 'float16') throw new PlimsollError('BINARY_TENSORS', { what: `output '${name}' of FP16` });
  const elements = Array.from(data as ArrayLike<number | bigint | string>, (element) => {
    if (typeof element === 'string') return JSON.stringify(element);
    return dtype === 'bool' ? String(element === 1) : numberText(element);
  });
  return `${headText(name, tensor)},"data":[${elements.join(',')}]}`;
}

/** All digits of integers; what JSON has no number for as other doors write it, which NumPy reads as well. */
function numberText(element: number | bigint): string {
  if (typeof element === 'bigint' || Number.isInteger(element))
    return Object.is(element, -0) ? '-0.0' : `${element}`;
  if (Number.isFinite(element)) return `${element}`;
  return Number.isNaN(element) ? 'null' : `"${element}"`;
}
