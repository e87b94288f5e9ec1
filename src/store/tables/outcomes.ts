/** What is read to judge a rollout by what came of its answers: first exposures and business values. */
import { elementAt, required, valueInMap } from '../../core/element-at.ts';
import type { StoreTables } from '../rows.ts';
import type { Db } from '../session.ts';
import type { AnswerRow, UnitValue } from '../store.ts';

/** Units or requests a statement: well below what either database takes as parameters. */
const KEYS = 1000;

/** Those of units without an answer before: by window, then time, then request. */
export const selectFirstAnswers = (
  db: Db,
  rollout: string,
  from: number,
  to: number,
): Promise<StoreTables['answers'][]> =>
  db
    .selectFrom('answers')
    .selectAll('answers')
    .where('answers.rollout', '=', rollout)
    .where('answers.window', '>=', from)
    .where('answers.window', '<', to)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('answers as earlier')
            .select('earlier.requestId')
            .whereRef('earlier.rollout', '=', 'answers.rollout')
            .whereRef('earlier.unit', '=', 'answers.unit')
            .where(({ eb, refTuple }) =>
              eb(
                refTuple('earlier.window', 'earlier.at', 'earlier.requestId'),
                '<',
                refTuple('answers.window', 'answers.at', 'answers.requestId'),
              ),
            ),
        ),
      ),
    )
    .orderBy('answers.window')
    .orderBy('answers.at')
    .orderBy('answers.requestId')
    .execute();

type Asked = readonly [endpoint: string, metric: string, from: number, to: number];

/** Values by unit, by any request of the unit, and of requests that are units themselves. */
export async function selectValues(
  db: Db,
  answers: readonly AnswerRow[],
  asked: Asked,
): Promise<readonly UnitValue[]> {
  const found: UnitValue[] = [];
  for (let i = 0; i < answers.length; i += KEYS) {
    const part = answers.slice(i, i + KEYS);
    const named = part.filter(({ unit }) => unit !== null);
    const requests = part.filter(({ unit }) => unit === null).map(({ requestId }) => requestId);
    if (named.length > 0) found.push(...(await valuesOfUnits(db, named, asked)));
    if (requests.length > 0) found.push(...(await valuesOfRequests(db, requests, asked)));
  }
  return found;
}

async function valuesOfUnits(
  db: Db,
  answers: readonly AnswerRow[],
  asked: Asked,
): Promise<readonly UnitValue[]> {
  const standsFor = new Map(answers.map(({ unit, requestId }) => [required(unit, 'a unit'), requestId]));
  const units = [...standsFor.keys()];
  const byUnit = await happened(db, asked)
    .select('feedback.unit')
    .where('feedback.unit', 'in', units)
    .execute();
  const byRequest = await happened(db, asked)
    .innerJoin('answers', 'answers.requestId', 'feedback.requestId')
    .select('answers.unit')
    .where('answers.rollout', '=', elementAt(answers, 0).rollout)
    .where('answers.unit', 'in', units)
    .execute();
  return [...byUnit, ...byRequest].map(({ unit, value, at }) => ({
    requestId: valueInMap(standsFor, required(unit, 'a unit')),
    value: Number(value),
    at,
  }));
}

const valuesOfRequests = async (
  db: Db,
  requests: readonly string[],
  asked: Asked,
): Promise<readonly UnitValue[]> => {
  const rows = await happened(db, asked)
    .select('feedback.requestId')
    .where('feedback.requestId', 'in', requests)
    .execute();
  return rows.map(({ requestId, value, at }) => ({
    requestId: required(requestId, 'a request id'),
    value: Number(value),
    at,
  }));
};

const happened = (db: Db, [endpoint, metric, from, to]: Asked) =>
  db
    .selectFrom('feedback')
    .select(['feedback.value', 'feedback.at'])
    .where('feedback.endpoint', '=', endpoint)
    .where('feedback.metric', '=', metric)
    .where('feedback.at', '>=', from)
    .where('feedback.at', '<', to);
