/**
 * What is told of models, versions, endpoints and rollouts: the types of the port, what the control API publishes, and what is
 * wanted of its answers.
 */
import { PREDICTION_OUTCOMES } from '../metrics/prediction-outcome.ts';
import { SCORED_PLACES } from '../metrics/recent-request.ts';
import { ROUTE } from '../rollout/route.ts';
import { computedNumber } from '../schema/transformed.ts';
import {
  anyInteger,
  anyNumber,
  anyText,
  anything,
  choice,
  described,
  epochMillis,
  flag,
  list,
  nullable,
  schemaOf,
  shape,
  tableOf,
} from '../schema/value-schema.ts';
import { DURABLE, ROLLOUT_VIEW } from './rollout-schemas.ts';

const CHECK_VIEW = shape(
  { name: anyText, ok: flag, detail: anyText },
  {
    code: described(anyText, 'Of a check that failed with a coded error: its code'),
    hint: described(anyText, 'What to do about it, where that does not depend on what was found'),
  },
);

export const VERSION_VIEW = shape({
  model: anyText,
  version: anyInteger,
  state: choice(['validating', 'ready', 'refused', 'archived']),
  digest: described(anyText, 'sha256 of the file, hex'),
  checks: list(CHECK_VIEW),
  file: anyText,
  proof: nullable(anyText),
  runtime: nullable(anyText),
  rowMicros: nullable(anyNumber),
  python: described(
    nullable(
      shape({
        version: described(anyText, 'Minor version of Python that it runs with'),
        form: described(anyText, 'How its code is called'),
        allow: list(anyText),
        trustedBy: anyText,
        /** UTC, ISO 8601. */
        trustedAt: anyText,
        missingLayers: described(
          list(anyText),
          'Layers of the sandbox that did not hold when it was proved, and why',
        ),
      }),
    ),
    'Where it runs with Python, or a script goes around it',
  ),
  labels: tableOf(anyText, anyText),
  note: anyText,
  aliases: list(anyText),
  createdAt: anyText,
  createdBy: anyText,
});

export const MODEL_VIEW = shape({
  name: anyText,
  /** Its newest version. */
  latest: VERSION_VIEW,
  aliases: tableOf(anyText, anyInteger),
});

export const ENDPOINT_VIEW = shape(
  {
    name: anyText,
    model: anyText,
    generation: anyInteger,
    stable: anyInteger,
    /** What a rollback goes to. */
    previous: nullable(anyInteger),
    route: ROUTE,
    /** The rollout that runs, or null. */
    rollout: nullable(ROLLOUT_VIEW),
    traffic: nullable(
      described(
        shape({
          rate: computedNumber,
          errorShare: computedNumber,
          units: nullable(anyInteger),
          over: computedNumber,
        }),
        'Requests a second and the share that failed, over so many milliseconds; about how many distinct units there are to ask, null where new ones keep coming or requests have no ids',
      ),
    ),
  },
  { durable: DURABLE },
);

const WHOLE_REQUEST = shape({ p50: computedNumber, p95: computedNumber, p99: computedNumber });

export const TRAFFIC_VIEW = shape({
  at: epochMillis,
  over: described(
    nullable(anyNumber),
    'Milliseconds that it was counted over, at most a minute; null: since counting began, as nobody followed until now',
  ),
  queueDepth: described(computedNumber, 'Requests that wait'),
  saturation: described(computedNumber, 'The fullest of what is limited, 0 to 1'),
  versions: described(
    list(
      shape({
        model: anyText,
        version: anyInteger,
        requests: computedNumber,
        rate: described(nullable(anyNumber), 'Requests a second'),
        invalid: computedNumber,
        failed: computedNumber,
        overloaded: computedNumber,
        cancelled: computedNumber,
        latency: described(nullable(WHOLE_REQUEST), 'Milliseconds of the whole request'),
        durations: described(
          list(list(computedNumber)),
          'Answers by duration: upper bound in milliseconds, and how many',
        ),
        lastAnswer: nullable(anyNumber),
      }),
    ),
    'Versions that were ever asked, since this server runs',
  ),
});

const STAGE_MILLIS = shape({
  receive: described(computedNumber, 'Its body came'),
  queue: described(
    computedNumber,
    'It waited: for its turn on the loop, for a scoring thread, or to be refused',
  ),
  load: described(computedNumber, 'A scoring thread loaded the version'),
  preprocess: described(computedNumber, 'The body was decoded'),
  predict: described(computedNumber, 'It was scored'),
  explain: described(computedNumber, 'It waited for its explanation'),
  postprocess: described(computedNumber, 'The answer was encoded'),
  failed: described(computedNumber, 'Until it failed: it is not known at what'),
});

export const RECENT_REQUEST = shape({
  requestId: anyText,
  at: computedNumber,
  version: anyInteger,
  role: described(
    nullable(anyText),
    'Of the route; null where the path names the version, or nothing was chosen yet',
  ),
  status: described(anyInteger, '499 where the client left before its answer'),
  code: described(nullable(anyText), 'Of its error'),
  outcome: choice(PREDICTION_OUTCOMES),
  rows: nullable(anyInteger),
  bytes: computedNumber,
  ahead: described(anyInteger, 'Requests that its process was receiving or scoring when it came'),
  place: described(choice(SCORED_PLACES), 'Where it was scored'),
  isLogged: described(flag, 'Whether its rows are kept in the prediction log, where there was room for them'),
  millis: described(computedNumber, 'From its headers to its answer'),
  stages: described(STAGE_MILLIS, 'Milliseconds, in the order in which they pass'),
});

export const ROUTE_VIEW = shape({
  endpoint: anyText,
  generation: anyInteger,
  route: ROUTE,
  at: epochMillis,
  by: anyText,
  reason: anyText,
});

/** Where a unit goes. */
export const UNIT_EXPLANATION = shape({
  hash: anyInteger,
  bucket: anyInteger,
  /** The role of its range, or the name of its arm in an experiment. */
  arm: anyText,
  switchesAt: described(
    nullable(anyInteger),
    'Smallest weight, of 10,000, at which the candidate that runs answers it; null where none grows',
  ),
  version: anyInteger,
});

export const FEEDBACK_RECEIPT = shape({ accepted: anyInteger }, { durable: DURABLE });

export const AUDIT_VIEW = shape({
  seq: anyInteger,
  at: epochMillis,
  by: anyText,
  what: anyText,
  subject: anyText,
  body: anything,
  previous: anyText,
  hash: described(anyText, 'sha256 over the previous hash and this entry, hex'),
});

export const AUDIT_CHAIN = shape({
  entries: anyInteger,
  intact: flag,
  brokenAt: described(
    nullable(anyInteger),
    'Number of the first entry that does not follow from the one before',
  ),
  last: shape({ seq: anyInteger, hash: nullable(anyText) }),
});

export const SIGNING_KEYS = shape({
  items: list(shape({ keyId: anyText, publicKey: anyText })),
  next: schemaOf<null>({ type: 'null' }),
});

export const GARBAGE_RECEIPT = shape({ bundles: anyInteger, bytes: computedNumber });
