/** How operations of protocols are described in OpenAPI. Pure. */
import type { RawEnds } from '../../model/raw.ts';
import type { JsonSchema } from '../docs/json-schema.ts';
import type { DescribedEndpoint } from '../protocol.ts';
import { contentSchemas } from './content.ts';

/** How clients of other servers predict with an endpoint. */
export interface OpenApiOperation {
  /** First part of its id. */
  readonly kind: string;
  /** Whose clients they are. */
  readonly whose: string;
  /** Of bodies in JSON. */
  readonly schema: JsonSchema;
  readonly example: unknown;
  /** Of answers in JSON. */
  readonly answer: JsonSchema;
  /** Other media types of bodies and answers. */
  readonly more?: readonly string[];
  /** Ends that are whatever the version's own code makes of them. */
  readonly raw?: RawEnds;
}

/** Any body of any type. */
const ANYTHING: JsonSchema = { '*/*': { schema: {} } };

/** The path item of an operation on an endpoint. */
export function predictionItem(
  { id, name, target }: DescribedEndpoint,
  operation: OpenApiOperation,
): JsonSchema {
  const { kind, whose, schema, example, answer, more = [], raw } = operation;
  const bodies = Object.fromEntries(more.map((type) => [type, { schema: { type: 'string' } }]));
  const refused = { description: `Refused, in the words of ${whose}.`, content: { 'application/json': {} } };
  const post = {
    tags: [target.model],
    operationId: `${kind}_${id}`,
    summary: `Predict with ${name}, as clients of ${whose} do`,
    requestBody: {
      required: true,
      content: raw?.input
        ? ANYTHING
        : { 'application/json': { schema, example }, ...bodies, ...contentSchemas(target) },
    },
    responses: {
      200: {
        description: raw?.output
          ? "What the version's own code answers."
          : 'Predictions, in the order of the rows.',
        content: raw?.output ? ANYTHING : { 'application/json': { schema: answer }, ...bodies },
      },
      default: refused,
    },
  };
  return { post };
}

/** An object whose one key holds a list. */
export const listUnder = (key: string, items: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties: { [key]: { type: 'array', items, minItems: 1 } },
  required: [key],
});
