/** Versions of a model: proved and numbered when they come in, told about, put away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import type { Control, NewVersion, VersionView } from '../../control/port.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { digestOf } from '../../registry/digest.ts';
import { DURATION_PATTERN, parseDuration } from '../../rollout/policy/duration.ts';
import {
  closed,
  NAME,
  operation,
  PAGE,
  pageOf,
  pageRequest,
  REASON,
  type StagedUpload,
  TEXTS,
  VERSION,
} from './operation.ts';
import { VERSION_VIEW } from './version-view.ts';

const PATH = Type.String({ minLength: 1, maxLength: 4096 });

const BY_PATH = closed({
  path: Type.String({ minLength: 1, maxLength: 4096, description: 'A file on the machine of the server' }),
  golden: Type.Optional(PATH),
  reference: Type.Optional(PATH),
  labels: Type.Optional(TEXTS),
  note: Type.Optional(Type.String({ maxLength: 10_000 })),
  breaking: Type.Optional(
    Type.Boolean({ description: 'Inputs or outputs may change so that clients break' }),
  ),
  runtime: Type.Optional(Type.Enum(['native', 'onnx'])),
  maxModel: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Largest model file, in bytes, that is trusted' }),
  ),
  reason: REASON,
});

/** Longest that a request waits for a proof. */
const WAIT_MAX_MS = 600_000;
const POLL_MS = 50;

const ONE = { model: NAME, version: VERSION };

export const VERSIONS = [
  operation({
    method: 'GET',
    path: '/models/{model}/versions',
    summary: 'Versions of a model, newest first',
    params: { model: NAME },
    query: PAGE,
    answer: pageOf(VERSION_VIEW),
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
        const { reason: _, ...source } = body;
        const work = control.addVersion(params.model, upload?.source ?? source, actor);
        work.catch(() => undefined).finally(() => upload?.discard());
        const done = await Promise.race([work, sleep(wait, null, { ref: false })]);
        if (done !== null) return done;
        return underWay(control, params.model, upload?.source ?? source, work);
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
const waitOf = (text = '0s'): number => Math.min(parseDuration(text)!, WAIT_MAX_MS);

/** The row of a version whose proof goes on after the answer; what comes first, the row or the end of the proof. */
async function underWay(
  control: Control,
  model: string,
  source: NewVersion,
  work: Promise<VersionView>,
): Promise<VersionView> {
  // Of a file that cannot be read the proof will say why.
  const digest = await digestOf(source.path).catch(() => null);
  for (;;) {
    const done = await Promise.race([work, sleep(POLL_MS, null)]);
    if (done !== null) return done;
    const row = digest === null ? undefined : await rowOf(control, model, digest);
    if (row !== undefined) return row;
  }
}

async function rowOf(control: Control, model: string, digest: string): Promise<VersionView | undefined> {
  try {
    const { items } = await control.versions(model, {});
    return items.find((row) => row.digest === digest && row.state === 'validating');
  } catch (error) {
    // A first version: its model is not there before its row is.
    if (isPlimsollError(error) && error.code === 'MODEL_NOT_FOUND') return undefined;
    throw error;
  }
}
