import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { preparePython } from '../../tools/python-environment.ts';
import { example, folder, ROOT, type Served, served } from '../cli.ts';
import { complaintsIn, type KnownComplaint } from './complaints.ts';

/** Both documents, of predictions and of the control API, held against the server that publishes them. */
const SECONDS = Number(process.env['PLIMSOLL_SECONDS'] ?? 240);

const KNOWN: readonly KnownComplaint[] = [
  {
    check: 'positive_data_acceptance',
    answer: /^422 .*"PAGE_INVALID"/,
    why: 'a cursor is what the part of the list before gave: no schema can say which',
  },
  {
    check: 'positive_data_acceptance',
    answer: /^422 .*"IDEMPOTENCY_MISMATCH"/,
    why: 'the same key came with another request',
  },
  {
    check: 'positive_data_acceptance',
    answer: /^422 .*"(FEEDBACK|POLICY|SPEC|MONITOR|SCHEDULE|VERSION|UPLOAD)_INVALID"/,
    why: 'rules between fields, which the answer names one by one',
  },
  {
    check: 'positive_data_acceptance',
    operation: /POST .*versions$/,
    answer: /^422 .*(wanted JSON|is for Python)/,
    why: 'fields of an upload are JSON in a text; those of Python want a word of trust',
  },
  {
    check: 'positive_data_acceptance',
    operation: /invocations$/,
    answer: /^424 /,
    why: "SageMaker's runtime answers 424 for what the model refuses; the columns of CSV are no JSON schema",
  },
  {
    check: 'negative_data_rejection',
    operation: /invocations$/,
    answer: /^424 /,
    why: "SageMaker's runtime answers 424 for what the model refuses",
  },
  {
    check: 'positive_data_acceptance',
    operation: /infer$/,
    answer: /^400 /,
    why: 'shape and data of a tensor agree, and each input is there once: no schema can say it',
  },
  {
    check: 'unsupported_method',
    operation: /v1\/models/,
    answer: /^400 .*Malformed request/,
    why: 'TensorFlow Serving answers 400 to other methods',
  },
];

let server: Served;
let program: string;

beforeAll(async () => {
  const python = preparePython(
    'schemathesis',
    join(ROOT, 'tools/schemathesis/requirements.txt'),
    'schemathesis',
  );
  program = join(dirname(python), 'schemathesis');
  server = await served([example('churn.joblib'), example('iris.joblib')]);
}, 300_000);

afterAll(async () => {
  await server?.stop();
});

test.each(['openapi.json', 'api/v1/openapi.json'])(
  '/%s is what the server does',
  { timeout: 1_200_000 },
  async (document) => {
    const report = folder();
    const args = [
      'run',
      `${server.said.url}/${document}`,
      '--phases',
      'examples,coverage,fuzzing',
      '--max-examples',
      '30',
    ];
    const bounds = ['--continue-on-failure', '--generation-deterministic', '--max-time', String(SECONDS)];
    const child = spawn(program, [...args, ...bounds, '--report', 'ndjson', '--report-dir', report], {
      // It keeps what it learned where it runs.
      cwd: report,
      stdio: 'ignore',
    });
    await once(child, 'exit');
    const complaints = complaintsIn(report, KNOWN);
    console.log(document, JSON.stringify(complaints, null, 1));
    expect(complaints.answers).toBeGreaterThan(1000);
    expect(complaints.unknown).toEqual([]);
  },
);
