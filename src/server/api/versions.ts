/** Versions of a model: proved and numbered when they come in, told about, put away. */

import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Static, Type } from 'typebox';
import type { ControlApi, VersionView } from '../../control/port.ts';
import { PROOF_VIEW } from '../../control/proof-schema.ts';
import { withDemands } from '../../control/python-fields.ts';
import { VERSION_VIEW } from '../../control/view-schemas.ts';
import { required } from '../../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { digestOfModelFile, identityOf } from '../../registry/digest.ts';
import type { NewVersion } from '../../registry/new-version.ts';
import { isFolder } from '../../registry/python/folder.ts';
import { DURATION_PATTERN, parseDuration } from '../../text/duration.ts';
import {
  closed,
  NAME,
  operation,
  PAGE,
  pageRequest,
  pageSchemaOf,
  REASON,
  type StagedUpload,
  TEXTS,
  VERSION_NUMBER,
} from './operation.ts';
import { ALLOW, PYTHON_VERSION, RUNTIME, TRUST } from './python-schema.ts';

const PATH = Type.String({ minLength: 1, maxLength: 4096 });

const BY_PATH = closed({
  path: Type.String({
    minLength: 1,
    maxLength: 4096,
    description: 'A file or folder on the machine of the server',
  }),
  golden: Type.Optional(PATH),
  reference: Type.Optional(PATH),
  background: Type.Optional(PATH),
  reasons: Type.Optional(PATH),
  labels: Type.Optional(TEXTS),
  note: Type.Optional(Type.String({ maxLength: 10_000 })),
  breaking: Type.Optional(
    Type.Boolean({ description: 'Inputs or outputs may change so that clients break' }),
  ),
  runtime: RUNTIME,
  trust: TRUST,
  code: Type.Optional(Type.Array(PATH, { maxItems: 1000, description: 'Modules that it needs' })),
  requirements: Type.Optional(PATH),
  python: PYTHON_VERSION,
  script: Type.Optional(PATH),
  allow: ALLOW,
  member: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'Which model is meant in a file that holds several things',
    }),
  ),
  missing: Type.Optional(
    Type.Number({
      description: 'The number that is missing beside NaN, to a booster that does not store it',
    }),
  ),
  iterations: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Iterations that predict, the first ones; of a forest trees' }),
  ),
  maxModel: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Largest model file, in bytes, that is trusted' }),
  ),
  reason: REASON,
});

/** Longest that a request waits for a proof. */
const WAIT_MAX_MS = 600_000;
const POLL_MS = 50;

const ONE = { model: NAME, version: VERSION_NUMBER };

export const VERSIONS = [
  operation({
    method: 'GET',
    path: '/models/{model}/versions',
    summary: 'Versions of a model, newest first',
    params: { model: NAME },
    query: PAGE,
    answer: pageSchemaOf(VERSION_VIEW),
    handle: ({ control, params, query }) => control.versions(params.model, pageRequest(query)),
  }),
  {
    ...operation({
      method: 'POST',
      path: '/models/{model}/versions',
      summary: 'Takes a file as a new version; its state is `validating` until it is proved',
      params: { model: NAME },
      query: {
        wait: Type.Optional(
          Type.String({
            maxLength: 40,
            pattern: DURATION_PATTERN,
            description: 'How long to wait for the proof: 60s, at most 10m',
          }),
        ),
      },
      body: BY_PATH,
      answer: VERSION_VIEW,
      status: 201,
      async handle({ control, params, query, body, actor, isLocal }) {
        const wait = waitOf(query.wait);
        const upload = stagedIn(body);
        if (upload === null && !isLocal)
          throw new PlimsollError('CONTROL_FORBIDDEN', { found: PATHS_ARE_LOCAL });
        const source = upload?.source ?? sourceOf(body);
        const before = isNamedByFile(source) ? 0 : await newestOf(control, params.model);
        const work = control.addVersion(params.model, source, actor);
        work.catch(() => undefined).finally(() => upload?.discard());
        const done = await Promise.race([work, sleep(wait, null, { ref: false })]);
        if (done !== null) return done;
        return underWay(control, params.model, { source, before }, work);
      },
    }),
    takesFiles: true,
  },
  operation({
    method: 'GET',
    path: '/models/{model}/versions/{version}',
    summary: 'One version',
    params: ONE,
    answer: VERSION_VIEW,
    handle: ({ control, params }) => control.version(params.model, params.version),
  }),
  operation({
    method: 'GET',
    path: '/models/{model}/versions/{version}/proof',
    summary: 'How the proof of a version goes: what its file is, what has been checked, what is being done',
    params: ONE,
    answer: PROOF_VIEW,
    handle: ({ control, params }) => control.proof(params.model, params.version),
  }),
  operation({
    method: 'PATCH',
    path: '/models/{model}/versions/{version}',
    summary: 'Changes labels or note, puts a version away or takes it back',
    params: ONE,
    body: closed({
      labels: Type.Optional(TEXTS),
      note: Type.Optional(Type.String({ maxLength: 10_000 })),
      archived: Type.Optional(Type.Boolean()),
      reason: REASON,
    }),
    answer: VERSION_VIEW,
    handle: ({ control, params, body: { reason: _, ...change }, actor }) =>
      control.changeVersion(params.model, params.version, change, actor),
  }),
];

const PATHS_ARE_LOCAL = 'a caller on another machine names a path; it may upload the file instead, but';

const stagedIn = (body: unknown): StagedUpload | null =>
  typeof body === 'object' && body !== null && 'discard' in body ? (body as StagedUpload) : null;

/** The schema has checked that it is a duration. */
const waitOf = (text = '0s'): number =>
  Math.min(required(parseDuration(text), `the duration "${text}"`), WAIT_MAX_MS);

function sourceOf(body: Static<typeof BY_PATH>): NewVersion {
  const { reason: _, trust, code, requirements, python, script, allow, ...source } = body;
  return withDemands(source, { trust, code, requirements, python, script, allow });
}

const nameOf = async (source: NewVersion): Promise<string> =>
  identityOf(await digestOfModelFile(source.path), [], source);

/** A file is named by its digest and by what is chosen of it; what else a version holds is known only when it is put together. */
const isNamedByFile = ({ path, python }: NewVersion): boolean => python === undefined && !isFolder(path);

/** What is proved, and the newest version of its model before that. */
interface UnderWay {
  readonly source: NewVersion;
  readonly before: number;
}

/** The row of a version whose proof goes on after the answer; what comes first, the row or the end of the proof. */
async function underWay(
  control: ControlApi,
  model: string,
  { source, before }: UnderWay,
  work: Promise<VersionView>,
): Promise<VersionView> {
  // Of a file that cannot be read the proof will say why.
  const digest = isNamedByFile(source) ? await nameOf(source).catch(() => null) : null;
  const file = basename(source.path);
  const isIt = (row: VersionView): boolean =>
    digest === null ? row.version > before && row.file === file : row.digest === digest;
  for (;;) {
    const done = await Promise.race([work, sleep(POLL_MS, null)]);
    if (done !== null) return done;
    const row = (await rowsOf(control, model)).find((row) => row.state === 'validating' && isIt(row));
    if (row !== undefined) return row;
  }
}

const newestOf = async (control: ControlApi, model: string): Promise<number> =>
  (await rowsOf(control, model))[0]?.version ?? 0;

async function rowsOf(control: ControlApi, model: string): Promise<readonly VersionView[]> {
  try {
    return (await control.versions(model, {})).items;
  } catch (error) {
    // A first version: its model is not there before its row is.
    if (isPlimsollError(error) && error.code === 'MODEL_NOT_FOUND') return [];
    throw error;
  }
}
