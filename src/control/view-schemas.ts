/**
 * What is told of models, versions, endpoints and rollouts: the types of the port, what the control API publishes, and what is
 * wanted of its answers.
 */
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
  brokenEntry: described(
    nullable(shape({ seq: anyInteger, at: epochMillis, what: anyText, subject: anyText })),
    'What is there in its place',
  ),
  last: shape({ seq: anyInteger, hash: nullable(anyText) }),
});

export const SIGNING_KEYS = shape({
  items: list(shape({ keyId: anyText, publicKey: anyText })),
  next: schemaOf<null>({ type: 'null' }),
});

export const GARBAGE_RECEIPT = shape({ bundles: anyInteger, bytes: computedNumber });
