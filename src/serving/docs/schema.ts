/** Pieces that descriptions are put together from. Pure. */

/** A JSON Schema of draft 2020-12, the dialect of OpenAPI 3.1. */
export type Schema = Readonly<Record<string, unknown>>;

export const reference = (kind: 'schemas' | 'responses', name: string): Schema => ({
  $ref: `#/components/${kind}/${name}`,
});

export const header = (description: string, schema: Schema = { type: 'string' }): Schema => ({
  description,
  schema,
});
