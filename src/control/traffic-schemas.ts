/** What is told of requests: now, over time, and one by one. */
import { PREDICTION_OUTCOMES } from '../metrics/prediction-outcome.ts';
import { SCORED_PLACES } from '../metrics/recent-request.ts';
import { computedNumber } from '../schema/transformed.ts';
import {
  anyInteger,
  anyNumber,
  anyText,
  choice,
  described,
  epochMillis,
  flag,
  list,
  nullable,
  shape,
} from '../schema/value-schema.ts';

const WHOLE_REQUESTS = {
  latency: described(
    nullable(shape({ p50: computedNumber, p95: computedNumber, p99: computedNumber })),
    'Milliseconds of the whole request',
  ),
  durations: described(
    list(list(computedNumber)),
    'Answers by duration: upper bound in milliseconds, and how many',
  ),
};

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
        ...WHOLE_REQUESTS,
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

export const TRAFFIC_HISTORY = shape({
  endpoint: anyText,
  model: anyText,
  from: epochMillis,
  to: epochMillis,
  step: described(anyInteger, 'Milliseconds of a point'),
  versions: list(
    shape({
      version: anyInteger,
      points: described(
        list(
          shape({
            at: described(epochMillis, 'When it begins'),
            requests: anyInteger,
            invalid: anyInteger,
            failed: anyInteger,
            overloaded: anyInteger,
            cancelled: anyInteger,
            ...WHOLE_REQUESTS,
          }),
        ),
        'By time; those without any request are left out',
      ),
    }),
  ),
});
