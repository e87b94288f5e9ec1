/**
 * Answers with the labels that came for them. Labels are fetched by the keys of a part of the answers: said as one join,
 * PostgreSQL reads all of `feedback` for every answer as long as it has no statistics of a table that just grew.
 */
import { required } from '../../core/element-at.ts';
import { inParts } from '../parts.ts';
import type { StoreTables } from '../rows.ts';
import type { Db } from '../session.ts';

type Answer = StoreTables['answers'];
type LabelledAnswer = Answer & { readonly label: string | null };

/** Answers a part: that many keys fit into a statement. */
const PART = 1000;

/** Answers of windows [from, to) by window and request; the last label of a request counts, or else of its unit. */
export async function selectLabelled(
  db: Db,
  rollout: string,
  from: number,
  to: number,
): Promise<readonly LabelledAnswer[]> {
  const answers = await db
    .selectFrom('answers')
    .selectAll()
    .where('rollout', '=', rollout)
    .where('window', '>=', from)
    .where('window', '<', to)
    .orderBy('window')
    .orderBy('requestId')
    .execute();
  const owner = await db
    .selectFrom('rollouts')
    .select('endpoint')
    .where('id', '=', rollout)
    .executeTakeFirst();
  if (owner === undefined) return answers.map((answer) => ({ ...answer, label: null }));
  const parts = await inParts(answers, PART, (part) => withLabels(db, owner.endpoint, part));
  return parts.flat();
}

async function withLabels(
  db: Db,
  endpoint: string,
  answers: readonly Answer[],
): Promise<readonly LabelledAnswer[]> {
  const units = answers.flatMap(({ unit }) => unit ?? []);
  const byRequest = await lastLabels(
    db,
    endpoint,
    'requestId',
    answers.map((answer) => answer.requestId),
  );
  const byUnit = await lastLabels(db, endpoint, 'unit', [...new Set(units)]);
  return answers.map((answer) => ({
    ...answer,
    label:
      byRequest.get(answer.requestId) ?? (answer.unit === null ? null : (byUnit.get(answer.unit) ?? null)),
  }));
}

async function lastLabels(
  db: Db,
  endpoint: string,
  by: 'requestId' | 'unit',
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .selectFrom('feedback')
    .select([`${by} as key`, 'value'])
    .where('endpoint', '=', endpoint)
    .where('metric', '=', 'label')
    .where(by, 'in', keys)
    .orderBy('id')
    .execute();
  return new Map(rows.map(({ key, value }) => [required(key, 'a key'), value]));
}
