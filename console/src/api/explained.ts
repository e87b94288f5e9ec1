/** Answers of one version with what each column adds to them, from the ordinary door: who may not predict may not ask. */
import { request } from './client.ts';

/** As `/predict` answers it (docs/explanations.md). */
export interface Explanation {
  readonly method: string;
  readonly output: string;
  /** Each score without any column. */
  readonly baseValues: readonly number[];
  readonly features: readonly string[];
  /** `[row][feature]`, or `[row][feature][class]` of several scores. */
  readonly values: readonly (readonly (number | readonly number[])[])[];
  readonly additivityError: number;
  readonly classes?: readonly unknown[];
  readonly notes?: readonly string[];
  readonly reasons?: readonly (readonly { readonly text: string; readonly code?: string }[])[];
  readonly background: { readonly digest: string; readonly rows: number } | null;
}

export interface ExplainedAnswer {
  /** By output: an answer a row. */
  readonly outputs: Readonly<Record<string, readonly unknown[]>>;
  readonly explanation: Explanation | null;
  /** Why there is none, as the server says it. */
  readonly missing: { readonly code: string; readonly message: string; readonly hint: string } | null;
  readonly version: number;
  readonly requestId: string;
}

export interface AskedVersion {
  readonly model: string;
  readonly version: number;
}

/** What is asked of the explanation; false for none. */
type ExplainAsk = boolean | { readonly output?: string };

const FACTS = ['model', 'version', 'requestId', 'explanation', 'explanationReason'];

/** Throws ApiError. */
export async function askVersion(
  { model, version }: AskedVersion,
  rows: readonly unknown[],
  explain: ExplainAsk,
  signal?: AbortSignal,
): Promise<ExplainedAnswer> {
  const path = `/models/${encodeURIComponent(model)}/versions/${version}/predict`;
  const response = await request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows, ...(explain === false ? {} : { explain }) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const body = (await response.json()) as Readonly<Record<string, unknown>>;
  const outputs = Object.entries(body).filter(([name]) => !FACTS.includes(name));
  return {
    outputs: Object.fromEntries(outputs) as ExplainedAnswer['outputs'],
    explanation: (body['explanation'] as Explanation | undefined) ?? null,
    missing: (body['explanationReason'] as ExplainedAnswer['missing'] | undefined) ?? null,
    version: Number(body['version']),
    requestId: String(body['requestId'] ?? ''),
  };
}
