/** Errors in the words that clients of other servers look for. Pure. */
import type { ErrorCode, PlimsollError } from '../../core/errors.ts';
import { type ErrorFormatter, jsonReply } from '../protocol.ts';

/** Whatever is wrong with the rows is a bad request to every protocol but FastAPI's. */
const statusOf = ({ code, http }: PlimsollError): number =>
  code === 'INPUT_INVALID' || code === 'GRAPH_FAILED' ? 400 : http;

/** What happened and what to do about it. */
const sentence = ({ code, message, hint }: PlimsollError): string =>
  code === 'INPUT_INVALID' ? message : `${message}. ${hint}`;

/** The errors of MLflow's databricks_pb2.proto, by status; `stack_trace` is always there, and no business of clients. */
const MLFLOW_CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'RESOURCE_DOES_NOT_EXIST',
  405: 'ENDPOINT_NOT_FOUND',
  429: 'REQUEST_LIMIT_EXCEEDED',
  503: 'TEMPORARILY_UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

export const mlflowError: ErrorFormatter = (error) => {
  const status = statusOf(error);
  if (status === 415) return { status, type: 'text/plain; charset=utf-8', body: sentence(error) };
  const code = MLFLOW_CODES[status] ?? (status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR');
  return jsonReply(status, { error_code: code, message: sentence(error), stack_trace: '' });
};

/**
 * The runtime of SageMaker as its SDKs know it: what the container refuses is a ModelError that repeats its answer
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors).
 */
export const sageMakerRuntimeError: ErrorFormatter = (error) => {
  const message = sentence(error);
  const told = (status: number, type: string, more: object = {}) =>
    jsonReply(status, { Message: message, message, ...more }, ['x-amzn-errortype', type]);
  if (NO_CONTAINER.has(error.code)) return told(400, 'ValidationError');
  if (error.code === 'ROUTE_NOT_FOUND' || error.code === 'METHOD_NOT_ALLOWED')
    return told(error.http, 'UnknownOperationException');
  if (error.http === 401 || error.http === 403) return told(403, 'AccessDeniedException');
  if (error.http === 429) return told(429, 'ThrottlingException');
  if (error.http === 503) return told(503, 'ServiceUnavailable');
  const original = { OriginalStatusCode: statusOf(error), OriginalMessage: message, LogStreamArn: '' };
  return told(424, 'ModelError', original);
};

/** Errors that are found before any container would be asked. */
const NO_CONTAINER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'MODEL_NOT_FOUND',
  'VERSION_NOT_FOUND',
  'SAGEMAKER_HEADER_UNSUPPORTED',
  'BODY_TOO_LARGE',
]);

/** `google.rpc.Status` as JSON (https://cloud.google.com/apis/design/errors#http_mapping). */
const RPC_STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  413: 'INVALID_ARGUMENT',
  415: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

export const googleError: ErrorFormatter = (error) => {
  const code = statusOf(error);
  const status = RPC_STATUS[code] ?? 'INTERNAL';
  return jsonReply(code, { error: { code, message: sentence(error), status } });
};

/** TensorFlow Serving's words, which KServe V1 shares the form of. */
export const tensorFlowError: ErrorFormatter = (error) => {
  const { code, details } = error;
  const { model, version, known } = details;
  if (code === 'ROUTE_NOT_FOUND' || code === 'METHOD_NOT_ALLOWED') {
    return jsonReply(400, {
      error: `Malformed request: ${details['method'] ?? 'no such path:'} ${details['path']}`,
    });
  }
  if (code === 'MODEL_NOT_FOUND')
    return jsonReply(404, {
      error: `Servable not found for request: Latest(${model}); this server has ${known}`,
    });
  if (code === 'VERSION_NOT_FOUND') {
    const text = `Servable not found for request: Specific(${model}, ${version}); this server has ${known}`;
    return jsonReply(404, { error: text });
  }
  return jsonReply(statusOf(error), { error: sentence(error) });
};

/** Triton's words, which its tests and its clients' look for. */
export const tritonError: ErrorFormatter = (error) => {
  const { code, details } = error;
  const { model, version, known } = details;
  if (code === 'ROUTE_NOT_FOUND') return jsonReply(404, { error: 'Not Found' });
  if (code === 'METHOD_NOT_ALLOWED') return jsonReply(405, { error: 'Method Not Allowed' });
  const which = version === undefined ? '' : ` version ${version}`;
  if (code === 'MODEL_NOT_FOUND' || code === 'VERSION_NOT_FOUND') {
    const text = `Request for unknown model: '${model}'${which} is not found; this server has ${known}`;
    return jsonReply(404, { error: text });
  }
  return jsonReply(statusOf(error), { error: sentence(error) });
};
