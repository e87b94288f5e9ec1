import { EXIT } from '../exit-codes.ts';
import { type ErrorAreas, row } from './row.ts';

/** Errors of what decides and watches: rollouts, monitoring, the store, the control API. */
export const CONTROL_AREAS = {
  // src/capture
  'Captured rows': {
    BLOCK_INVALID: row(422, EXIT.failed, 'Cannot read a block of captured rows: {reason}', 'A crash tore it, or it was altered: the rows in it are lost to the monitor, no answer was'),
  },
  // src/rollout
  'Rollouts': {
    WINDOW_INVALID: row(
      422,
      EXIT.usage,
      'Cannot read recorded windows at {where}: {field} is {found}, wanted {wanted}',
      'Write one closed window a line, as `plimsoll rollout replay --help` shows',
    ),
    UNITS_INVALID: row(500, EXIT.failed, 'Cannot restore the units of window {window}: found {found}, wanted {wanted}', 'The stored rollout is damaged: abort it and start it again, or restore the store from a backup'),
    POLICY_INVALID: row(422, EXIT.usage, 'Cannot use the policy: {problems}', 'Correct every line named above; docs/rollouts.md has the grammar, docs/policy.schema.json its schema'),
    DOCUMENT_INVALID: row(422, EXIT.usage, 'Cannot read "{path}": {problem}; YAML or JSON was wanted', 'Correct that line'),
    SCENARIO_INVALID: row(422, EXIT.usage, 'Cannot use the scenario: {problems}', 'Correct every line named above; `plimsoll rollout simulate --help` shows a scenario'),
    POLICY_BLIND: row(422, EXIT.failed, 'Refused the policy: at {rate} units/s of which {errorRate} fail, a candidate that fails in {harm} is expected to be found {time}, the deadline is {maxTime} (log evidence {expected} by then, {needed} wanted)', 'Raise maxTime, the weights, the margin or the level of the errors guard, or begin with a shadow stage; `plimsoll rollout start --force` begins all the same'),
    EXPERIMENT_BLIND: row(422, EXIT.failed, 'Refused the experiment: at {rate} units/s with a deviation of {deviation}, a difference of {effect} in {metric} is expected to be found {time}, the deadline is {deadline} (with {units} units of {arm} and control by then, {detectable} is)', 'Raise maxTime or minimumEffect, give the arm more weight, or take variance out with cuped or winsorize; `plimsoll rollout start --force` begins all the same'),
    TRAFFIC_UNKNOWN: row(409, EXIT.failed, 'Cannot lint at the traffic of "{endpoint}": too little was seen, wanted five minutes and a hundred requests', 'Give --rate and --error-rate, or ask again later'),
  },
  // src/control
  'The control plane': {
    SIGNING_KEY_INVALID: row(500, EXIT.usage, 'Cannot sign with {where}: it holds {found}, an Ed25519 private key in PEM form was wanted', 'Make one with `openssl genpkey -algorithm ed25519`, or unset PLIMSOLL_SIGNING_KEY'),
    ENDPOINT_NOT_FOUND: row(404, EXIT.usage, 'Cannot find endpoint "{endpoint}": there is {known}', 'Use one of the names there are; `plimsoll push FILE --name M` makes one'),
    ROLLOUT_NOT_FOUND: row(404, EXIT.usage, 'Cannot find rollout "{id}": {found}', '`plimsoll status` lists endpoints and what runs; `plimsoll rollout start ENDPOINT --to V` begins one'),
    FEEDBACK_INVALID: row(422, EXIT.usage, 'Cannot take the feedback, none of it: {problems}', 'Send [{"endpoint", "requestId" or "unit", "label" or "metric" and "value", "time"}]; docs/experiments.md says more'),
    FEEDBACK_UNKEPT: row(503, EXIT.failed, 'Cannot take the feedback, none of it: {store}; nor can it be kept until the store is back: {reason}', 'Send it again after {retry} s; nothing of it was kept'),
    FEEDBACK_PARTIAL: row(422, EXIT.failed, 'Took {accepted} of {count} items, those up to line {line}, and none after it: {problems}', 'What was taken is kept: mend what is named, and import the lines after {line} alone'),
    REPORT_INVALID: row(422, EXIT.failed, 'Cannot trust the report: {reason}', 'Get it again from where it was made: `plimsoll rollout evidence ROLLOUT -o FILE`; or name the key that signed it: --public-key'),
    ROLLOUT_REFUSED: row(409, EXIT.failed, 'Cannot start the rollout of version {candidate} on "{endpoint}": {reason}', '{way}'),
    ROLLOUT_STATE: row(409, EXIT.failed, 'Cannot {command} rollout {id} of "{endpoint}": {found}', '{way}'),
    ROLLOUTS_UNOWNED: row(503, EXIT.failed, 'Cannot decide on rollouts in this process: {reason}', 'Try again in ten seconds: where several servers share a store, another one takes over from one that has died; the log of each says when it owns the rollouts'),
    FLEET_SLOW: row(503, EXIT.failed, 'Cannot hand the routes to the workers: they have not followed after {limit} ms', 'It is tried again; the log of the server says which worker hangs'),
    VERSION_UNSERVED: row(503, EXIT.failed, 'Cannot route to version {version} of "{model}": the workers do not have it', 'Try again; the log of the server says which version cannot be loaded, and why'),
    GENERATION_CONFLICT: row(409, EXIT.failed, 'Cannot change "{endpoint}": its generation is {found}, {wanted} was given', 'Read it again, look at what changed, and send the change with the generation it has now'),
    ROLLBACK_REFUSED: row(409, EXIT.failed, 'Cannot roll "{endpoint}" back: {reason}', 'Name a version that it has rested on: --to V; any other takes a rollout, at once with `plimsoll rollout start --strategy immediate`'),
  },
  // src/server/access, src/control/keys
  'Who is let in': {
    KEYS_MISSING: row(422, EXIT.usage, 'Cannot listen on {host}: whoever reaches that address could ask, and there is no API key yet', 'Make the first one, then start again: `plimsoll keys create --name me --scope admin --data {data}`; or say --insecure where the network lets nobody else in'),
    KEY_NAME_TAKEN: row(409, EXIT.usage, 'Cannot create key "{name}": there is one of that name that holds', 'Choose another name, or put a new key in its place: `plimsoll keys rotate {name}`'),
    KEY_UNKNOWN: row(404, EXIT.usage, 'Cannot find key "{name}": of those that hold there is none of that name or id; there is {known}', '`plimsoll keys list` shows all of them'),
    PREDICTION_UNAUTHORIZED: row(401, EXIT.failed, 'Refused the request: {found}, "authorization: Bearer KEY" was wanted', 'Send a key that holds; whoever runs the server makes one: `plimsoll keys create --name NAME --scope predict`'),
    PREDICTION_FORBIDDEN: row(403, EXIT.failed, 'Refused the request: key "{key}" is for {found}, not for predictions of "{endpoint}"', 'Use a key for that endpoint: `plimsoll keys create --name NAME --scope predict --endpoint {endpoint}`'),
    SCOPE_FORBIDDEN: row(403, EXIT.failed, 'Refused the request: key "{key}" is of scope {found}, {wanted} was wanted to {what}', 'Use a key of that scope; docs/security.md says which scope may do what'),
    RATE_LIMITED: row(429, EXIT.failed, 'Refused the request: {who} asked more often than {limit} times a second', 'Try again after {retry} s, or more slowly; --rate-limit says how often one may ask'),
    QUOTA_EXCEEDED: row(429, EXIT.failed, 'Refused the upload: {found}, {wanted} was wanted', 'Try again tomorrow (UTC), or raise {setting} of the server'),
    DISK_RESERVED: row(507, EXIT.failed, 'Refused the upload: {free} % of the disk of the data folder are free, {wanted} % stay so', 'Make room, for example by `plimsoll gc`, or lower PLIMSOLL_DISK_RESERVE (`diskReserve` of plimsoll.yaml)'),
    TLS_UNREADABLE: row(422, EXIT.usage, 'Cannot speak TLS with {path}: {reason}', 'Give a certificate and its private key in PEM form: --tls-cert FILE --tls-key FILE'),
  },
  // src/server/api and those who call it (src/control/remote/remote.ts, src/cli)
  'The control API': {
    HOST_FORBIDDEN: row(403, EXIT.failed, 'Refused the request: its Host is {found}, wanted localhost, a loopback address or a configured name', 'Call it as localhost, or by the name that --host gave'),
    ORIGIN_FORBIDDEN: row(403, EXIT.failed, 'Refused the request: it comes from a page of {found}, wanted {wanted}', 'Pages of other sites may not control this server; call it from a program'),
    CONTROL_FORBIDDEN: row(403, EXIT.failed, 'Refused the request: {found} may not control this server', 'Send "authorization: Bearer KEY" with a key made by `plimsoll keys create`, or call it from the machine it runs on'),
    TOKEN_WANTED: row(401, EXIT.failed, 'Refused the request of {who}: {found}', 'Send "authorization: Bearer TOKEN" with the content of {path}, which the user that runs this server can read, or a key made by `plimsoll keys create`; that user\'s own programs need neither where the system tells whose they are'),
    CONTROL_UNAUTHORIZED: row(401, EXIT.failed, 'Refused the request: {found}, "authorization: Bearer KEY" was wanted', 'Send a key that holds: PLIMSOLL_KEY or --key-file of a command; `plimsoll keys create` on the machine of the server makes one'),
    CONTENT_TYPE_UNSUPPORTED: row(415, EXIT.usage, 'Cannot read the body: its content type is {found}, wanted {wanted}', 'Send JSON with "content-type: application/json"'),
    REQUEST_INVALID: row(422, EXIT.usage, 'Cannot use the request: {problems}', 'Correct every field named above; /api/v1/openapi.json has the schemas'),
    IDEMPOTENCY_MISMATCH: row(422, EXIT.failed, 'Refused the request: idempotency key "{key}" was used for another request', 'Use a new key for a new request'),
    DESIRED_INVALID: row(422, EXIT.usage, 'Cannot use {path}: {problems}', 'Correct every line named above; docs/plimsoll.schema.json is the schema, `plimsoll apply --help` shows an example'),
    CONTROL_UNREACHABLE: row(503, EXIT.failed, 'Cannot reach the server at {address}: {reason}', 'Check that it runs: `plimsoll serve`; then try again'),
    CONTROL_ANSWER_INVALID: row(502, EXIT.failed, 'Cannot use the answer of {address}: {reason}', 'Check that the address is that of a Plimsoll server of this version'),
  },
  // src/monitor
  'Monitoring': {
    MONITOR_INVALID: row(422, EXIT.usage, 'Cannot watch "{endpoint}" so: {problems}', 'Correct every line named above; docs/monitoring.md has the grammar, docs/plimsoll.schema.json its schema'),
    ALERT_UNKNOWN: row(404, EXIT.usage, 'Cannot find alert "{alert}": there is none of that fingerprint', '`plimsoll alerts --all` lists them'),
    ALERT_STATE: row(409, EXIT.failed, 'Cannot acknowledge alert "{alert}": it is {found}, one that is pending or firing was wanted', '`plimsoll alerts` lists those that are'),
    RECEIVER_UNKNOWN: row(404, EXIT.usage, 'Cannot find receiver "{receiver}" of "{endpoint}": there is {known}', 'Add it below receivers: `plimsoll monitor set {endpoint} --policy FILE`, or monitors in plimsoll.yaml'),
    VERSION_UNWATCHED: row(404, EXIT.usage, 'Cannot show the drift of version {version} of "{endpoint}": nothing is known of it', 'Leave out the version to see the one that is stable; a version is watched from its first request on'),
    FEATURE_UNWATCHED: row(404, EXIT.usage, 'Cannot show the {side} "{feature}" of version {version} of "{endpoint}": its reference has none of that name', '`plimsoll monitor show {endpoint}` lists what is watched'),
    KEPT_TIMEOUT: row(504, EXIT.failed, 'Cannot read what was counted of "{endpoint}": {reason}', 'Ask for fewer days'),
    REFERENCE_INVALID: row(422, EXIT.usage, 'Cannot compare with the reference {source}: {problem}', 'Give rows like those that the model was trained on, as Parquet or CSV with a header'),
    PROFILE_INVALID: row(422, EXIT.refused, 'Cannot use the reference profile: {where} is {found}, wanted {wanted}', 'It is damaged or was altered: make it again from the reference data'),
    REQUEST_UNKNOWN: row(404, EXIT.usage, 'Cannot find request "{request}": the prediction log of this server has no row of it', 'Rows are logged within seconds, thinned out where there are many, and kept for 30 days unless the policy says otherwise'),
    LOG_EMPTY: row(404, EXIT.failed, 'Cannot use the prediction log of "{endpoint}": it has no rows {wanted}', 'Check the name, the times and the version: `plimsoll monitor status` says what is logged'),
    LOG_REDACTED: row(422, EXIT.failed, 'Cannot rebuild requests of "{endpoint}": of column "{column}" the log has {found}', 'Only what was logged as it came can be sent again: see log.redact in the policy of the endpoint'),
    LOG_PARTIAL: row(422, EXIT.unsupported, 'Cannot rebuild requests of "{endpoint}": {reason}, which the log has in parts', 'Export the rows instead: `plimsoll requests export {endpoint} --output rows.parquet`'),
    REGION_UNKNOWN: row(422, EXIT.usage, 'Cannot find the rows {region} of "{endpoint}": {reason}', 'Bins are named in `plimsoll monitor status`; leave out --region for rows from everywhere'),
  },
  // src/store
  'The store': {
    STORE_URL_INVALID: row(422, EXIT.usage, 'Cannot open the store "{found}": wanted sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE', 'Leave out --store to keep everything in the data folder'),
    STORE_NEWER: row(500, EXIT.unsupported, 'Cannot open the store: its schema is version {found}, this program knows up to {known}', 'Start the newer Plimsoll that wrote it, or restore a copy from before'),
    STORE_DAMAGED: row(500, EXIT.failed, 'Cannot read the store {where}: {reason}', 'It is no database or a damaged one: restore a copy, or name another file with --store'),
    STORE_ROW_INVALID: row(500, EXIT.failed, 'Cannot use the row {key} of the table {table} of the store: {problems}', 'Another program or a fault has changed it: put that row right in the database, or restore a copy of the store'),
    STORE_UNWRITABLE: row(503, EXIT.failed, 'Cannot write to the store {where}: {reason}', 'Give it a disk with space that this user may write to, then try again; nothing was half written, and predictions go on meanwhile'),
    STORE_UNAVAILABLE: row(503, EXIT.failed, 'Cannot reach the store {where}: {reason}', 'Try again once the database answers; predictions go on meanwhile'),
    STORE_BUSY: row(503, EXIT.failed, 'Cannot write to the store {where}: {reason}', 'Try again; see what else writes to this database'),
    STORE_VALUE_INVALID: row(422, EXIT.usage, 'Cannot keep a value in the store: found {found}, wanted {wanted}', 'Send text in well-formed Unicode without NUL, and numbers that are finite'),
    PAGE_INVALID: row(422, EXIT.usage, 'Cannot give that part of the list: {field} is {found}, wanted {wanted}', 'Leave the cursor out to begin again'),
  },
} as const satisfies ErrorAreas;
