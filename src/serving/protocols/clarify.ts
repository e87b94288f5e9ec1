/**
 * SageMaker Clarify's explanations in the answer, asked for by a header with a condition in JMESPath
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-online-explainability-invoke-endpoint.html). Pure.
 */
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { Outputs } from '../../model/batch.ts';
import { isList } from '../../model/output-parts.ts';
import { type ExplanationAsk, explanationAsk } from '../explanations/explanation-ask.ts';
import type { ExplanationOutcome } from '../explanations/explanation-outcome.ts';
import { compileJmespath, type JmespathExpression } from '../explanations/jmespath.ts';
import type {
  BinaryAnswer,
  EncodeResponse,
  ExplainedPlaces,
  HeaderOptions,
  Protocol,
  ReadResponseOptions,
  ResponseOptions,
  TargetVersion,
} from '../protocol.ts';
import { type JsonValue, tensorToJson } from '../rows/outputs-to-json.ts';
import type { RequestHeaders } from '../unit-id.ts';
import { predictionValues } from './prediction-values.ts';

const ENABLE = 'x-amzn-sagemaker-enable-explanations';

/** What an answer is asked to explain: records of which the condition holds. */
interface ClarifyOptions {
  readonly explain: ExplanationAsk;
  readonly enable: string;
}

const isClarify = (options: ResponseOptions): options is ClarifyOptions =>
  isRecord(options) && typeof options['enable'] === 'string';

/** How answers are written: CSV gives records as lists, JSON as objects. */
type RecordForm = 'list' | 'object';

/** What a protocol of `/invocations` needs for it; `form` is that of its answers, null where they hold no JSON. */
export function clarified(base: Protocol, form: RecordForm | null): Protocol {
  return {
    ...base,
    headerOptions: (headers) => conditionIn(headers, form),
    responseOptions: () => optionsOf,
    ...(form === null ? {} : { explainedPlaces: placesOf(form) }),
    encode: (target) => clarifiedEncode(target, base),
  };
}

/** Throws SAGEMAKER_HEADER_UNSUPPORTED for what is no condition that is read here. */
function conditionIn(headers: RequestHeaders, form: RecordForm | null): HeaderOptions {
  const given = headers[ENABLE];
  if (typeof given !== 'string') return null;
  if (form === null) throw unsupported('an answer in .npy holds no explanation: ask for text/csv or JSON');
  conditionOf(given);
  return given;
}

const optionsOf: ReadResponseOptions = (_, condition): ClarifyOptions | null =>
  typeof condition === 'string' ? { explain: explanationAsk('clarify'), enable: condition } : null;

function conditionOf(text: string): JmespathExpression {
  try {
    return compileJmespath(text);
  } catch (error) {
    throw error instanceof SyntaxError
      ? unsupported(`"${text}" is no condition in JMESPath: ${error.message}`)
      : error;
  }
}

const unsupported = (reason: string): PlimsollError =>
  new PlimsollError('SAGEMAKER_HEADER_UNSUPPORTED', { header: ENABLE, reason });

/** Evaluates the condition on each record of the answer. Throws where it gives anything but true or false. */
const placesOf =
  (form: RecordForm) =>
  ({ manifest }: TargetVersion): ExplainedPlaces =>
  (outputs, rows, options) => {
    if (!isClarify(options)) return null;
    const condition = conditionOf(options.enable);
    const values = predictionValues(outputs, rows, manifest.signature);
    const probabilities = probabilitiesIn(outputs, rows);
    const places: number[] = [];
    for (let row = 0; row < rows; row++) {
      const record = recordOf(values[row] ?? null, probabilities?.[row] ?? null, form);
      if (holds(condition, record, row)) places.push(row);
    }
    return places.length === rows ? null : places;
  };

function holds(condition: JmespathExpression, record: JsonValue, row: number): boolean {
  try {
    const found = condition(record);
    if (typeof found === 'boolean') return found;
    throw unsupported(
      `it gives ${JSON.stringify(found)} for record ${row}, ${JSON.stringify(record).slice(0, 200)}, wanted true or false`,
    );
  } catch (error) {
    throw error instanceof SyntaxError ? unsupported(`record ${row}: ${error.message}`) : error;
  }
}

/**
 * A record that a condition is about: in CSV the cells of the answer and then the probabilities of the classes; in JSON what the answer
 * holds, or where that is a bare value an object with `predicted_label`, `probability` (the largest) and `probabilities`.
 */
function recordOf(value: JsonValue, probabilities: readonly number[] | null, form: RecordForm): JsonValue {
  const cells = Array.isArray(value) ? value : [value];
  if (form === 'list') return [...cells, ...(probabilities ?? [])];
  if (isRecord(value)) return value;
  return {
    predicted_label: value,
    ...(probabilities === null ? {} : { probability: Math.max(...probabilities), probabilities }),
  };
}

function probabilitiesIn(outputs: Outputs, rows: number): readonly (readonly number[])[] | null {
  const scores = outputs['predict_proba'];
  if (scores === undefined || isList(scores) || scores.shape[0] !== rows || scores.shape.length !== 2)
    return null;
  return tensorToJson(scores) as readonly (readonly number[])[];
}

function clarifiedEncode(target: TargetVersion, base: Protocol): EncodeResponse {
  const encode = base.encode(target);
  return (outputs, rows, requestId, options, explanation) => {
    const answer = encode(outputs, rows, requestId, options);
    if (!isClarify(options) || typeof answer !== 'string') return answer;
    const predictions = JSON.stringify({ content_type: base.answers, data: answer });
    return jsonAnswer(`{"version":"1.0","predictions":${predictions},${explanationsOf(explanation, rows)}}`);
  };
}

/** Records that are not explained are null; so are all where something stood in the way, which is told beside them. */
function explanationsOf(explanation: ExplanationOutcome | undefined, rows: number): string {
  if (explanation?.kind === 'text') return explanation.text.slice(1, -1);
  const none = `"explanations":{"kernel_shap":[${new Array(rows).fill('null').join(',')}]}`;
  if (explanation?.kind !== 'missing') return none;
  const { code, message, hint } = explanation.error;
  return `${none},"explanationReason":${JSON.stringify({ code, message, hint })}`;
}

/** Whatever the form of the predictions in it. */
const jsonAnswer = (text: string): BinaryAnswer => ({
  ...{ bytes: new TextEncoder().encode(text), type: 'application/json', headers: [] },
});
