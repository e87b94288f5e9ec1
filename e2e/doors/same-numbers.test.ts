import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoadedVersion } from '../../src/registry/version.ts';
import { type RunningServer, startServer } from '../../src/server/start.ts';
import { type FixtureFile, readFixture } from '../exactness/fixture.ts';
import { call, type Reply } from '../serving/client.ts';
import { loadedNewest, NEWEST } from '../serving/fixture-models.ts';
import { csvBody, jsonLinesBody, nested, type Rows, rowsOf, typed, v2Body, wire } from './bodies.ts';

/** Whether `/predict` is right is judged by `serving-models.test.ts`; here, whether the other doors say the same. */
/** Bodies above 64 KiB are scored in threads. */
const LARGE = 80_000;

let server: RunningServer;
let versions: ReadonlyMap<FixtureFile, LoadedVersion>;

beforeAll(async () => {
  versions = await loadedNewest();
  const loader = new URL('../serving/file-models.ts', import.meta.url).href;
  server = await startServer({ versions: [...versions.values()], port: 0, loader });
}, 60_000);
afterAll(() => server.close());

const at = (path: string): string => `${server.url}${path}`;

function ok(reply: Reply): Reply {
  expect(reply.status, reply.text.slice(0, 500)).toBe(200);
  return reply;
}

/** What a door answers, as the predictions of `/predict`. */
type Ask = (name: string, rows: Rows) => Promise<unknown>;

const DOORS: Readonly<Record<string, Ask>> = {
  invocations: async (name, { columns, data }) => {
    const body = wire({ dataframe_split: { ...(columns === null ? {} : { columns }), data }, params: {} });
    return ok(await call(at(`/endpoints/${name}/invocations`), { body })).json.predictions;
  },
  'invocations, CSV to CSV': async (name, rows) => {
    const body = csvBody(rows);
    if (body === null) return undefined;
    const { text, headers } = ok(
      await call(at(`/endpoints/${name}/invocations`), typed('text/csv', body, 'text/csv')),
    );
    expect(headers['content-type']).toMatch(/^text\/csv/);
    return { csv: text };
  },
  'invocations, JSON Lines': async (name, rows) => {
    const call_ = typed('application/jsonlines', jsonLinesBody(rows), 'application/jsonlines');
    const { text } = ok(await call(at(`/endpoints/${name}/invocations`), call_));
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  },
  vertex: async (name, { data }) =>
    ok(
      await call(at(`/v1/projects/p/locations/l/endpoints/${name}:predict`), {
        body: wire({ instances: data }),
      }),
    ).json.predictions,
  'V1 rows': async (name, { data }) => {
    const { predictions } = ok(
      await call(at(`/v1/models/${name}:predict`), { body: wire({ instances: data }) }),
    ).json;
    return predictions.map(mainOf);
  },
  'V1 columns': async (name, { columns, data }) => {
    if (columns === null) return undefined;
    const inputs = Object.fromEntries(
      columns.map((column, j) => [column, data.map((row) => (row as unknown[])[j])]),
    );
    return mainOf(ok(await call(at(`/v1/models/${name}:predict`), { body: wire({ inputs }) })).json.outputs);
  },
  V2: async (name, rows) => {
    const { json: metadata } = ok(await call(at(`/v2/models/${name}`)));
    const body = wire(v2Body(metadata, rows));
    const { outputs } = ok(await call(at(`/v2/models/${name}/infer`), { body })).json;
    expect(outputs.map(({ name }: { name: string }) => name)).toEqual(
      metadata.outputs.map(({ name }: { name: string }) => name),
    );
    const main =
      outputs.find(({ name }: { name: string }) => name === 'predict') ??
      outputs.find(({ name }: { name: string }) => name === 'transform') ??
      outputs[0];
    return nested(main.data, main.shape);
  },
};

/** The main output of an object by output name. */
function mainOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const outputs = value as Readonly<Record<string, unknown>>;
  return 'predict' in outputs ? outputs['predict'] : 'transform' in outputs ? outputs['transform'] : value;
}

/** A line a row, with the values of the row side by side. */
const csvOf = (predictions: readonly unknown[]): string =>
  predictions
    .map(
      (value) =>
        `${[value]
          .flat(9)
          .map((cell) =>
            cell === null
              ? ''
              : /[",\n]/.test(String(cell)) || cell === ''
                ? `"${String(cell).replaceAll('"', '""')}"`
                : Object.is(cell, -0)
                  ? '-0.0'
                  : String(cell),
          )
          .join(',')}\n`,
    )
    .join('');

async function compare(file: FixtureFile, rows: Rows): Promise<void> {
  const name = encodeURIComponent(file.name);
  const { columns, data } = rows;
  const body = wire({ dataframe_split: { ...(columns === null ? {} : { columns }), data } });
  const { predictions } = ok(await call(at(`/models/${name}/predict`), { body })).json;
  for (const [door, ask] of Object.entries(DOORS)) {
    const answer = await ask(name, rows);
    if (answer === undefined) continue;
    const isCsv = typeof answer === 'object' && answer !== null && 'csv' in answer;
    if (isCsv) expect(answer.csv, door).toBe(csvOf(predictions));
    else expect(answer, door).toEqual(predictions);
  }
}

describe('every door gives the same numbers as /predict', () => {
  test.each(NEWEST)('$name', async (file) => {
    if (versions.has(file)) await compare(file, rowsOf(readFixture(file).input));
  });

  test.each(NEWEST.filter((_, k) => k % 12 === 0))('$name, from a thread', async (file) => {
    if (!versions.has(file)) return;
    const { columns, data } = rowsOf(readFixture(file).input);
    const times = Math.ceil(LARGE / Math.max(1, JSON.stringify(data).length));
    await compare(file, { columns, data: Array.from({ length: times }, () => data).flat() });
  });
});
