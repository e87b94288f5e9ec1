/**
 * Bodies that are no text, by their media type: the elements of a tensor, NumPy's files, pictures, sounds. Each door that takes them
 * says so with `contentProtocols`. Pure.
 */
import type { Batch, Outputs } from '../../model/batch.ts';
import { isList } from '../../model/output-parts.ts';
import type { Signature } from '../../model/signature.ts';
import { BYTE_WORST, contentCost, looksLikeJson } from '../admission/memory/body-cost.ts';
import type { JsonSchema } from '../docs/json-schema.ts';
import type { BinaryAnswer, Protocol, ResponseOptions, TargetVersion } from '../protocol.ts';
import { CONTENT_FORMS, type ContentForm, contentCodecs } from '../rows/content-codecs.ts';
import { InputErrors } from '../rows/input-errors.ts';
import { textOfBytes } from '../rows/tensor-bytes.ts';
import { npyOfTensor } from '../rows/write-npy.ts';
import type { RequestHeaders } from '../unit-id.ts';

export const NPY = 'application/x-npy';
const FORMS: ReadonlyMap<string, ContentForm> = new Map([
  ['application/octet-stream', 'bytes'],
  [NPY, 'npy'],
  ['application/x-npz', 'npz'],
  ['image/jpeg', 'image'],
  ['image/png', 'image'],
  ['image/jpg', 'image'],
  ['application/x-image', 'image'],
  ['audio/wav', 'audio'],
  ['audio/x-wav', 'audio'],
  ['audio/wave', 'audio'],
  ['audio/vnd.wave', 'audio'],
]);

/** Media types of bodies, as clients are told of them. */
export const CONTENT_TYPES: readonly string[] = [...FORMS.keys()];

/** Media types of bodies that a version takes beside JSON, as OpenAPI describes them: bytes have no schema. */
export function contentSchemas({ manifest: { signature } }: TargetVersion): JsonSchema {
  if (signature.form !== 'tensors') return {};
  const [spec, second] = signature.tensors;
  const isOne = spec !== undefined && second === undefined && spec.dtype !== 'string';
  const files = { image: ['image/png', 'image/jpeg'], audio: ['audio/wav'] } as const;
  const types = isOne
    ? [...(spec.content === undefined ? [] : files[spec.content.type]), 'application/octet-stream', NPY]
    : [];
  return Object.fromEntries([...types, 'application/x-npz'].map((type) => [type, {}]));
}

/** The media type without its parameters, in lower case. */
const bare = (type: string): string => (type.split(';', 1)[0] ?? '').trim().toLowerCase();

/** Form of a body by its media type; null where it is text. */
export const contentForm = ({ 'content-type': type }: RequestHeaders): ContentForm | null =>
  typeof type !== 'string' || type === 'application/json' ? null : (FORMS.get(bare(type)) ?? null);

/** Whether the answer is wanted as a `.npy` file before all. */
const wantsNpy = ({ accept }: RequestHeaders): boolean =>
  typeof accept === 'string' && accept !== '*/*' && bare(accept) === NPY;

/** Whether a request asks for more than text in either way. Quick, for the headers of nearly all requests. */
export const hasContent = (headers: RequestHeaders): boolean =>
  contentForm(headers) !== null || wantsNpy(headers);

/** The forms of bodies and answers beside those that a door has of its own. */
export interface ContentProtocols {
  readonly all: readonly Protocol[];
  /** The one that headers ask for; null where they ask for text both ways. */
  choose(headers: RequestHeaders): Protocol | null;
}

/** Those of a door whose bodies and answers in JSON `base` converts; `options` are what a body without any asks of its answer. */
export function contentProtocols(base: Protocol, options: ResponseOptions = null): ContentProtocols {
  const bodies = CONTENT_FORMS.map((form) => contentBody(base, form, options));
  const inNpy = [base, ...bodies].map((one) => ({ ...one, ...NPY_ANSWERS, id: inNpyId(one.id) }));
  const all = [...bodies, ...inNpy];
  const byId = new Map(all.map((one) => [one.id, one]));
  return {
    all,
    choose(headers) {
      const form = contentForm(headers);
      const id = form === null ? base.id : idOf(base, form);
      return byId.get(wantsNpy(headers) ? inNpyId(id) : id) ?? null;
    },
  };
}

const idOf = ({ id }: Protocol, form: ContentForm): string => `${id} ${form}`;
const inNpyId = (id: string): string => `${id} to npy`;

/** A protocol whose bodies are of this form, and whose answers are those of `base`. */
export function contentBody(
  { scan: _, ...base }: Protocol,
  form: ContentForm,
  options: ResponseOptions = null,
): Protocol {
  return {
    ...base,
    id: idOf(base, form),
    textBytes: () => 0,
    parse: (__, bytes) => bytes,
    decode(target) {
      const { signature } = target.manifest;
      const decodeJson = base.decode(target);
      const readJson = (text: string): Batch => decodeJson(base.parse(text, NOTHING));
      return (body) => decodeContent(form, bytesIn(body), signature, readJson);
    },
    responseOptions: () => () => options,
    needsContent: true,
    weigh: contentCost,
    heavy: BYTE_WORST,
  };
}

const NOTHING = new Uint8Array();
const bytesIn = (body: unknown): Uint8Array => (body instanceof Uint8Array ? body : NOTHING);

function decodeContent(
  form: ContentForm,
  bytes: Uint8Array,
  signature: Signature,
  readJson: (text: string) => Batch,
): Batch {
  // Clients that name no media type send JSON under this one, too.
  const isText = form === 'bytes' && (signature.form !== 'tensors' || looksLikeJson(bytes));
  const text = isText ? textOfBytes(bytes) : null;
  return text === null ? contentCodecs().rows(form, bytes, signature) : readJson(text);
}

/** Answers in a `.npy` file. */
export const NPY_ANSWERS: Pick<Protocol, 'answers' | 'encode'> = { answers: NPY, encode: () => encodeNpy };

/** The output that answers alone. Throws INPUT_INVALID where there are several, or it is a list. */
function encodeNpy(outputs: Outputs): BinaryAnswer {
  const output = outputs['predict'] ?? outputs['transform'] ?? onlyOutput(outputs);
  if (output === undefined || isList(output)) {
    const msg = `accept: the model has several outputs, ${Object.keys(outputs).join(', ')}, and a .npy file holds one: ask for application/json`;
    return new InputErrors().fail(['body'], { type: 'not_acceptable', msg });
  }
  return { bytes: npyOfTensor(output), type: NPY, headers: [] };
}

function onlyOutput(outputs: Outputs): Outputs[string] | undefined {
  const [output, second] = Object.values(outputs);
  return second === undefined ? output : undefined;
}
