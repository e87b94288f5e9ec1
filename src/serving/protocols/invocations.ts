import { required } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { NO_RAW_ENDS, type RawEnds } from '../../model/raw.ts';
import { BYTE_WORST, CSV_BYTE_WORST, csvCost, jsonCost } from '../admission/memory/body-cost.ts';
import type {
  DecodeRows,
  DescribedEndpoint,
  EncodeResponse,
  HttpReply,
  OpenApiPaths,
  Protocol,
  ProtocolPage,
  ProtocolRoutes,
  ServerView,
  TargetVersion,
} from '../protocol.ts';
import { compileDecode } from '../rows/compile-decode.ts';
import { CONTENT_FORMS, type ContentForm } from '../rows/content-codecs.ts';
import { InputErrors } from '../rows/input-errors.ts';
import { parseJsonBody } from '../rows/parse-json.ts';
import type { RequestHeaders } from '../unit-id.ts';
import { clarified } from './clarify.ts';
import { labelReader } from './column-labels.ts';
import { contentBody, NPY_ANSWERS } from './content.ts';
import { csvBodyRows, csvOf, jsonLinesOf, parseCsv, parseJsonLines } from './csv.ts';
import { mlflowError, sageMakerRuntimeError } from './errors.ts';
import {
  ANSWER_FORMATS,
  type AnswerFormat,
  BODY_FORMATS,
  type BodyFormat,
  MEDIA_TYPE,
  requestFormat,
  responseFormat,
} from './media-types.ts';
import { listUnder, predictionItem } from './openapi-operation.ts';
import { plainError } from './plain.ts';
import { predictionsWriter, predictionValues } from './prediction-values.ts';

/** The forms of bodies. */
const PARSE: Readonly<Record<BodyFormat, Protocol['parse']>> = {
  json: parseJsonBody,
  csv: parseCsv,
  jsonlines: (text) => parseJsonLines(text, parseJsonBody),
};

/** MLflow's fields, of which a body has exactly one. */
const FIELDS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;

/** Columns that the model does not have are ignored, as MLflow does. */
function decoder({ manifest }: TargetVersion, form: BodyFormat): DecodeRows {
  const { signature } = manifest;
  const decode = compileDecode(signature, { extra: 'ignore' });
  if (form === 'csv') return (body) => decode(csvBodyRows(body as ReturnType<typeof parseCsv>, signature));
  if (form === 'jsonlines') return (body) => decode({ instances: body });
  const named = labelReader(signature);
  return named === null ? (body) => decode(rowsIn(body)) : (body) => decode(named(rowsIn(body)));
}

/** What holds the rows, without the `params` that may stand beside it. */
function rowsIn(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const fields = FIELDS.filter((field) => Object.hasOwn(body, field));
  const [field, second] = fields;
  if (field === undefined) return body;
  if (second === undefined) {
    const { params: _, parameters: __, ...rest } = body;
    return rest;
  }
  const msg = `The input must be a JSON dictionary with exactly one of the input fields ${FIELDS.join(', ')}; got both ${field} and ${second}`;
  return new InputErrors().fail(['body'], { type: 'body_keys', msg });
}

function encoder(target: TargetVersion, form: AnswerFormat): EncodeResponse {
  if (form === 'npy') return NPY_ANSWERS.encode(target);
  const { signature } = target.manifest;
  if (form === 'csv') return (outputs, rows) => csvOf(predictionValues(outputs, rows, signature));
  if (form === 'jsonlines') return (outputs, rows) => jsonLinesOf(predictionValues(outputs, rows, signature));
  const write = predictionsWriter(signature);
  return (outputs, rows) => `{"predictions":${write(outputs, rows)}}`;
}

/** JSON lines are cut first: a piece of the text for each, and its place in a list. */
const LINE_BYTES = 56;
const WEIGHED: Readonly<Record<BodyFormat, Pick<Protocol, 'weigh' | 'heavy'>>> = {
  json: {},
  csv: { weigh: csvCost, heavy: CSV_BYTE_WORST },
  jsonlines: {
    weigh: (bytes, cell) => jsonCost(bytes, cell + LINE_BYTES),
    heavy: BYTE_WORST + LINE_BYTES,
  },
};
/** Other forms than JSON are made of values, not written at once. */
const VALUE_BYTES: Readonly<Record<AnswerFormat, number>> = { json: 0, csv: 192, jsonlines: 192, npy: 0 };

const idOf = (body: BodyFormat | ContentForm, answer: AnswerFormat): string =>
  `invocations ${body} ${answer}`;

/** Records of answers, as conditions of explanations are about them. */
const RECORDS = { json: 'object', jsonlines: 'object', csv: 'list', npy: null } as const;

/** One protocol for each form of bodies and of answers that are text; JSON to JSON comes first. */
const TEXTS: readonly (readonly Protocol[])[] = BODY_FORMATS.map((body) =>
  ANSWER_FORMATS.map((answer) =>
    clarified(
      {
        id: idOf(body, answer),
        answers: MEDIA_TYPE[answer],
        parse: PARSE[body],
        decode: (target) => decoder(target, body),
        encode: (target) => encoder(target, answer),
        ...WEIGHED[body],
        valueBytes: VALUE_BYTES[answer],
      },
      RECORDS[answer],
    ),
  ),
);
const [JSON_BODIES = []] = TEXTS;

const INVOCATIONS: readonly Protocol[] = [
  ...TEXTS.flat(),
  ...CONTENT_FORMS.flatMap((form) =>
    ANSWER_FORMATS.map((answer, k) => {
      const base = required(JSON_BODIES[k], 'a form');
      const { responseOptions } = base;
      return {
        ...contentBody(base, form),
        id: idOf(form, answer),
        ...(responseOptions && { responseOptions }),
      };
    }),
  ),
];

function choose(headers: RequestHeaders, { input, output }: RawEnds = NO_RAW_ENDS): Protocol {
  const id = idOf(input ? 'json' : requestFormat(headers), output ? 'json' : responseFormat(headers));
  const found = INVOCATIONS.find((protocol) => protocol.id === id);
  if (found) return found;
  throw new PlimsollError('INTERNAL', { action: 'choosing a protocol', reason: `none is called "${id}"` });
}

/**
 * What SageMaker and MLflow call in a container
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html).
 */
export const invocations: ProtocolRoutes = {
  id: 'invocations',
  protocols: INVOCATIONS,
  routes: ({ multiModel }) => ['/invocations', ...(multiModel ? ['/models/{model}/invoke'] : [])],
  negotiate: choose,
  takesRaw: true,
  errorFormatter: ({ kind }) => (kind === 'sagemaker' ? plainError : mlflowError),
  errorPaths: /^\/(?:invocations|ping|version)(?:\/|$)/,
  pages: () => PAGES,
};

/**
 * The runtime API of SageMaker, for its SDKs with another endpoint URL
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
 */
export const sageMakerRuntime: ProtocolRoutes = {
  id: 'sagemaker-runtime',
  protocols: INVOCATIONS,
  routes: () => ['/endpoints/{model}/invocations'],
  negotiate: (headers, raw) => {
    refuseForeign(headers);
    return choose(headers, raw);
  },
  takesRaw: true,
  version: targetVariant,
  answerHeaders: (headers, { version }) => [
    'x-amzn-invoked-production-variant',
    variantOf(version),
    ...customAttributes(headers),
  ],
  errorFormatter: () => sageMakerRuntimeError,
  errorPaths: /^\/endpoints\/[^/]+\//,
  openApi: { endpoint: invocationPaths },
};

function invocationPaths(endpoint: DescribedEndpoint): OpenApiPaths {
  const item = predictionItem(endpoint, {
    kind: 'invocations',
    whose: 'SageMaker and MLflow',
    schema: listUnder('instances', endpoint.rowWithMore),
    example: { instances: [endpoint.target.manifest.example] },
    answer: listUnder('predictions'),
    more: ['text/csv', 'application/jsonlines'],
    raw: endpoint.raw,
  });
  return { [`/endpoints/${encodeURIComponent(endpoint.name)}/invocations`]: item };
}

const VARIANT = 'version-';
/** A version stands for the variant of this name. */
const variantOf = (version: number): string => `${VARIANT}${version}`;

/** Throws SAGEMAKER_HEADER_UNSUPPORTED for a variant that is no version. */
function targetVariant(headers: RequestHeaders): string | null {
  const given = headers['x-amzn-sagemaker-target-variant'];
  if (typeof given !== 'string') return null;
  if (given.startsWith(VARIANT)) return given.slice(VARIANT.length);
  const reason = `variants are versions here, as in "${variantOf(1)}", got "${given}"`;
  throw new PlimsollError('SAGEMAKER_HEADER_UNSUPPORTED', {
    header: 'X-Amzn-SageMaker-Target-Variant',
    reason,
  });
}

/** Attributes of a request come back with its answer, so that a trace can be followed. */
function customAttributes(headers: RequestHeaders): readonly string[] {
  const given = headers[ATTRIBUTES];
  return typeof given === 'string' && SAFE.test(given) ? [ATTRIBUTES, given] : [];
}
const ATTRIBUTES = 'x-amzn-sagemaker-custom-attributes';
/** At most 1024 characters of visible ASCII and blanks. */
const SAFE = /^[ -~]{1,1024}$/;

/** What a request may ask of SageMaker and this server does not do. */
const FOREIGN: Readonly<Record<string, string>> = {
  'x-amzn-sagemaker-target-container-hostname': 'an endpoint has no containers here',
  'x-amzn-sagemaker-inference-component': 'an endpoint has no inference components here',
  'x-amzn-sagemaker-target-model': 'an endpoint is one model here: call the endpoint of that name',
};

function refuseForeign(headers: RequestHeaders): void {
  for (const [header, reason] of Object.entries(FOREIGN)) {
    if (headers[header] !== undefined)
      throw new PlimsollError('SAGEMAKER_HEADER_UNSUPPORTED', { header, reason });
  }
  if (headers['x-amzn-sagemaker-session-id'] === 'NEW_SESSION') {
    const reason = 'no state is kept from request to request';
    throw new PlimsollError('SAGEMAKER_HEADER_UNSUPPORTED', {
      header: 'x-amzn-sagemaker-session-id',
      reason,
    });
  }
}

const text = (status: number, body: string): HttpReply => ({
  status,
  type: 'text/plain; charset=utf-8',
  body,
});

/** Healthy, without a model (MLflow's 404), or about to stop. */
const health = ({ isReady, endpoints }: ServerView): HttpReply =>
  text(isReady ? 200 : endpoints.length === 0 ? 404 : 503, '\n');

const PAGES: readonly ProtocolPage[] = [
  { route: '/ping', answer: health },
  { route: '/health', answer: health },
  { route: '/version', answer: ({ release }) => text(200, release) },
];
