/**
 * The one table of coded errors. A code is never reused; its message states the action, the subject, a colon,
 * what is there and what was wanted. `docs/errors.md` is generated from this table.
 */

/** Process exit codes of the command line contract. */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, unsupported: 4 } as const;

interface ErrorRow {
  /** Text with `{name}` placeholders filled from `details`. */
  readonly message: string;
  readonly http: number;
  readonly exit: number;
  /** What the reader can do next; placeholders as in `message`. */
  readonly hint: string;
}

const row = (http: number, exit: number, message: string, hint: string): ErrorRow => ({ message, http, exit, hint });

export const ERRORS = {
  INTERNAL: row(500, EXIT.failed, 'Cannot finish {action}: {reason}', 'This is a defect of Plimsoll: report it with the log around this line'),
  USAGE: row(400, EXIT.usage, 'Cannot run the command: {reason}', 'See `plimsoll {command} --help`'),
  NODE_TOO_OLD: row(500, EXIT.usage, 'Cannot run on Node {found}: Node {wanted} or newer is wanted', 'Install it: npm install --global node@{wanted}'),
  CONFIG_INVALID: row(422, EXIT.usage, 'Cannot use the configuration: {problems}', 'Correct every line named above; `plimsoll serve --help` lists the settings'),
  METRICS_ALIAS_UNKNOWN: row(400, EXIT.usage, 'Cannot show the metrics under the names of "{given}": wanted some of {known}', 'Leave `aliases` out, or correct it; docs/metrics.md lists the names of each'),
  COMMAND_UNKNOWN: row(400, EXIT.usage, 'Cannot run the command: {reason}', 'See `plimsoll --help`'),
  FILE_NOT_FOUND: row(404, EXIT.usage, 'Cannot open "{path}": no such file', 'Check the path'),
  FILE_UNREADABLE: row(422, EXIT.usage, 'Cannot open "{path}": {reason}, a regular file was wanted', 'Give the path of a file that may be read'),
  FILE_UNWRITABLE: row(422, EXIT.usage, 'Cannot write "{path}": {reason}', 'Give a path in a folder that exists and may be written to'),

  FILE_CHANGED: row(409, EXIT.failed, 'Cannot accept "{path}": it changed while it was read', 'Try again when it is written completely; write a new model under another name, then rename it'),
  DATA_UNWRITABLE: row(500, EXIT.failed, 'Cannot write to the data folder "{path}": {reason}', 'Choose a folder with space that this user may write: --data DIR'),

  DATA_LOCKED: row(409, EXIT.failed, 'Cannot use the data folder "{path}": {owner} owns it{where}', 'Stop it first, or choose another folder: --data DIR'),
  // Deployments to clouds and clusters (src/deploy)
  CLOUD_NAME_TAKEN: row(409, EXIT.refused, 'Cannot deploy: the {kind} "{name}" is there already and belongs to {by}', 'Choose another name for the deployment, or remove it there yourself: what others made is never changed'),
  CLOUD_FAILED: row(502, EXIT.failed, 'Cannot deploy: the cloud could not make or remove the {kind} "{name}": {reason}', 'Mend what it says, then run the same command again: it goes on where it stopped, and replaces what failed'),
  CLOUD_TIMEOUT: row(504, EXIT.failed, 'Cannot deploy: the {kind} "{name}" is not ready after {limit} s', 'It may still become ready: look with `plimsoll deploy … status`, then run the same command again; it goes on where it stopped'),
  CLOUD_DENIED: row(403, EXIT.failed, 'Cannot {action}: the cloud does not let us: {reason}', 'Renew the credentials, or have the permissions granted that `plimsoll deploy … plan` prints; then run the same command again'),
  CLOUD_QUOTA: row(429, EXIT.failed, 'Cannot {action}: a quota of the account is used up: {reason}', 'Have the quota raised, or use fewer or other instances; then run the same command again'),
  CLOUD_REFUSED: row(422, EXIT.refused, 'Cannot {action}: the cloud refuses it: {reason}', 'Correct what it names, then run the same command again'),
  CLOUD_UNREACHABLE: row(503, EXIT.failed, 'Cannot {action}: the cloud cannot be reached: {reason}', 'Run the same command again: it goes on where it stopped'),
  ROUTER_UNREACHABLE: row(503, EXIT.failed, 'Cannot ask the router {router}: {reason}', 'It is tried again by itself; look at its address and credentials if it goes on'),
  ROUTER_REFUSED: row(422, EXIT.refused, 'Cannot set the weights of the router {router}: {reason}', 'Deploy every version of the route there first, then they are set by themselves'),
  ROUTER_CONFLICT: row(409, EXIT.failed, 'Cannot set the weights of the router {router}: {writers} writes them too', 'Let one of the two go: remove the weights from what it applies, or take the router away from the endpoint'),
  EVIDENCE_UNREACHABLE: row(503, EXIT.failed, 'Cannot ask {source} what servers outside have counted: {reason}', 'The window is missing for all versions alike, and the next one is asked for by itself; look at the address of `metrics` if it goes on'),

  // Vertex AI (src/deploy/vertex)
  VERTEX_INVALID: row(422, EXIT.usage, 'Cannot deploy to Vertex as "{path}" says: {problems}', 'Correct every line named above; docs/vertex.md lists the settings'),
  VERTEX_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot deploy to Vertex with {setting}: {reason}', 'Leave the setting out, or deploy somewhere that has it; docs/vertex.md says what Vertex cannot do'),
  VERTEX_FOLDER_TAKEN: row(409, EXIT.refused, 'Cannot write to the folder "{path}": there is something in it that `plimsoll package vertex` has not written', 'Give a folder that is empty or not there yet: --output DIR'),

  // Kubernetes (src/deploy/kubernetes)
  KUBERNETES_INVALID: row(422, EXIT.usage, 'Cannot write objects of Kubernetes: {problems}', 'Correct every line named above; docs/kubernetes.md lists the settings, `plimsoll package kubernetes --help` the flags'),
  KUBERNETES_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot write objects for Kubernetes {release}: {problems}', 'Leave the setting out, or say that the cluster is newer: --kubernetes-version'),
  KUBERNETES_FOLDER_TAKEN: row(409, EXIT.refused, 'Cannot write to the folder "{path}": there is something in it that `plimsoll package kubernetes` has not written', 'Give a folder that is empty or not there yet: --output DIR'),
  KUBERNETES_FOLDER_INVALID: row(422, EXIT.usage, 'Cannot deploy the folder "{path}": {problem}', 'Give a folder that `plimsoll package kubernetes` has written'),
  KUBERNETES_CONFLICT: row(409, EXIT.failed, 'Cannot apply the {kind} "{name}": somebody else owns fields of it: {conflicts}', 'Let one of the two go: take the fields out of what that one applies, or take them over with --force-conflicts'),

  // SageMaker (src/deploy/sagemaker)
  SAGEMAKER_INVALID: row(422, EXIT.usage, 'Cannot deploy to SageMaker as {path} says: {problems}', 'Correct every line named above; docs/sagemaker.md lists the settings'),
  SAGEMAKER_FOLDER_TAKEN: row(409, EXIT.refused, 'Cannot write to the folder "{path}": there is something in it that `plimsoll package sagemaker` has not written', 'Give a folder that is empty or not there yet: --output DIR'),
  SAGEMAKER_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot deploy to SageMaker with {setting}: {reason}', 'Leave the setting out, or choose another kind of endpoint; docs/sagemaker.md says what each can do'),

  // Reading untrusted bytes (src/bytes, src/formats)
  READ_TRUNCATED: row(422, EXIT.refused, 'Cannot read {what} at byte {offset}: {found} bytes left, {wanted} wanted', 'The file is cut short: copy it again from where it was trained'),
  READ_LIMIT: row(422, EXIT.refused, 'Cannot read {what} at byte {offset}: {found} exceeds the limit {limit} ({name})', 'If the file is trusted, --max-model (for example --max-model 2gb) raises the limits on size and time; those on structure are fixed'),
  READ_CORRUPT: row(422, EXIT.refused, 'Cannot read {what} at byte {offset}: found {found}, wanted {wanted}', 'The file is damaged or was altered: copy it again from where it was trained'),
  READ_UNSAFE: row(422, EXIT.refused, 'Refused to read {what} at byte {offset}: {found}', 'Nothing of it was run; export the model without it; `plimsoll doctor FILE` says more; if you trust who wrote it, Python may run it: --runtime python --trust'),
  FORMAT_UNKNOWN: row(415, EXIT.unsupported, 'Cannot read "{path}": its first bytes {found} match no known format', 'Known formats: {known}; `plimsoll doctor FILE` says what it looks like; if you trust who wrote it, Python may run it: --runtime python --trust'),

  // Understanding a model (src/formats/sklearn, src/model)
  MODEL_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot compile {path} ({class}) at byte {offset}: {field} is {found}, {wanted} supported', 'Replace that step or save the model without it: `plimsoll doctor FILE` lists what stands in the way; or, if you trust who wrote it, let Python run it: --runtime python --trust'),
  COMPILE_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot compile "{path}": {reason}', 'Leave out --runtime python; `plimsoll doctor FILE` says whether the model can be compiled'),
  MODEL_INVALID: row(422, EXIT.refused, 'Cannot use {path} ({class}) at byte {offset}: {field} is {found}, wanted {wanted}', 'The file is damaged or was altered: save the model again'),
  MODEL_NOT_FITTED: row(422, EXIT.unsupported, 'Cannot compile {path} ({class}) at byte {offset}: {field} is missing, so the estimator was never fitted', 'Call fit() before saving'),

  // ONNX graphs (src/formats/onnx, src/engine/onnx)
  GRAPH_INVALID: row(422, EXIT.refused, 'Refused the graph at {where}: found {found}, wanted {wanted}', 'The file is damaged or its exporter is at fault: export the model again'),
  GRAPH_UNKNOWN: row(422, EXIT.refused, 'Refused the graph at {where}: {found} is unknown, known are {known}', 'Export the model with standard operators'),
  GRAPH_LIMIT: row(422, EXIT.refused, 'Refused the graph at {where}: {found} exceeds the limit {limit} ({name})', 'A graph this size is not served: make it smaller, or bound its loops and shapes by constants'),
  GRAPH_NOT_LOADED: row(422, EXIT.refused, 'Cannot load the graph in onnxruntime: {reason}', 'Export the model again, for an opset that onnxruntime {runtime} knows'),
  GRAPH_FAILED: row(422, EXIT.failed, 'Cannot run the graph: {reason}', 'The rows do not fit the graph: compare them with the signature (`plimsoll inspect`)'),
  ENGINE_BUSY: row(503, EXIT.failed, 'Cannot take the rows: {found} requests already wait for this model, the limit is {limit}', 'Send them again later, or add workers'),
  ENGINE_CRASHED: row(500, EXIT.failed, 'Cannot answer: the worker that ran the model ended with {reason}', 'Send the request again; if it happens every time, the model breaks its runtime'),
  ENGINE_TIMEOUT: row(504, EXIT.failed, 'Cannot answer: the model took longer than {limit} ms', 'Send fewer rows a request, or raise the time limit'),
  ENGINE_CLOSED: row(503, EXIT.failed, 'Cannot answer: the model is being closed', 'Send the request again'),
  PYTHON_FAILED: row(500, EXIT.failed, 'Cannot answer: the Python code of {model} failed{where}: {type}: {message}', 'Correct that line and push the model again as a new version; the log of the version has the whole traceback'),
  PYTHON_OUTPUT_INVALID: row(500, EXIT.failed, 'Cannot answer: what the Python code of {model} answers cannot be sent: {reason}', 'Let it answer arrays, numbers, strings or lists of them, one for each row, as the signature of the version says'),
  PYTHON_WORKER_ENDED: row(503, EXIT.failed, 'Cannot answer: the Python worker of {model} ended: {reason}', 'Try again after {retry} s; if it happens every time, the model breaks its interpreter: see the log of the version'),

  // Making a version ready (src/registry)
  ENGINES_DISAGREE: row(422, EXIT.refused, 'Refused {model}: its two engines disagree in {failures} of {cells} cells, worst in {output} row {row} column {column}: {leftEngine} {left}, {rightEngine} {right}', 'Report this with the file: one of the two engines reads it wrongly; give --golden rows to see which'),
  GOLDEN_DIFFERS: row(422, EXIT.failed, 'Cannot accept {model}: {failures} of {cells} golden cells differ, worst in {output} row {row} column {column}: answered {left}, expected {right}', 'Check that the golden rows belong to this file, or widen "tolerance" in the golden file'),
  GOLDEN_INVALID: row(422, EXIT.usage, 'Cannot read golden rows "{path}": {reason}', 'Write {"input": <a /predict body>, "expected": {"<output>": […]}}'),
  SAVED_INVALID: row(422, EXIT.refused, 'Refused the folder "{path}": {problem}', '{way}'),
  CODE_INVALID: row(422, EXIT.usage, 'Cannot take the code of the model at "{path}": {reason}', 'Give files and folders that Python can import by their own names: --code PATH, each once'),
  PYTHON_MODULE_MISSING: row(422, EXIT.refused, 'Refused {model}: your bundle lacks module "{module}", imported by {by}: pass {way}', 'Push it again with what is named; `plimsoll inspect FILE` lists every module that the file imports'),
  PYTHON_VERSION_DIFFERS: row(422, EXIT.refused, 'Refused {model}: it was written by {package} {written}, its environment has {package} {found}', 'Pin {package}=={written} in --requirements, or prove with --golden that the numbers are the same'),
  PYTHON_LOAD_FAILED: row(422, EXIT.refused, 'Refused {model}: Python cannot {action}{where}: {type}: {message}', 'Correct that line, or give the versions that it was trained with: --requirements FILE; the whole traceback is in the log'),
  PYTHON_SIGNATURE_UNKNOWN: row(422, EXIT.usage, 'Cannot tell what rows {model} takes: {reason}', 'Give rows with the outputs that they must give: --golden FILE; or save the model with plimsoll.save, which keeps a sample'),
  PYTHON_UNTRUSTED: row(403, EXIT.refused, 'Refused to run {model} with Python: {reason}, and nobody said that it may', 'Look first: `plimsoll inspect FILE` shows what it would import and run; if you trust it: --runtime python --trust; else {other}'),
  // Python and its packages (src/python)
  PYTHON_NOT_FOUND: row(422, EXIT.usage, 'Cannot find Python {wanted}: installed here are {found}', '{way}'),
  PYTHON_TOOL_MISSING: row(422, EXIT.usage, 'Cannot make an environment for Python: {found}, uv {wanted} or newer was wanted', 'Install it: `curl -LsSf https://astral.sh/uv/install.sh | sh`, or `pip install uv`; or name its program with PLIMSOLL_UV'),
  REQUIREMENTS_INVALID: row(422, EXIT.usage, 'Cannot use line {line} of "{path}": {problem}', 'Write one package a line, best with its exact version: scikit-learn==1.2.2'),
  REQUIREMENTS_UNRESOLVED: row(422, EXIT.refused, 'Cannot find packages for {what} with Python {python}: {reason}', '{way}'),
  ENVIRONMENT_FAILED: row(500, EXIT.failed, 'Cannot make the environment of the lock {digest} with Python {python}: {reason}', '{way}'),

  ACCEPT_TIMEOUT: row(422, EXIT.refused, 'Refused "{path}": reading and checking took longer than {limit} ms', 'Try again on a machine that is less busy; if it stays, the file is built to exhaust its reader'),
  ACCEPT_CRASHED: row(422, EXIT.refused, 'Refused "{path}": the process that read it ended with {reason}', 'The file exhausts memory or breaks a runtime: see the log'),

  // The registry of versions (src/registry/catalog…, uploads, watch)
  SIGNATURE_BREAKING: row(422, EXIT.refused, 'Refused {model}: {count} changes would break its callers: {differences}', 'If callers are ready for them, say so: --breaking (or "breaking": true); else serve it under another name'),
  WARM_UP_FAILED: row(422, EXIT.refused, 'Refused {model}: loaded by itself from its bundle, it {reason}', 'Try again on a machine that is less busy; if it stays, the model breaks its runtime: see the log'),
  MEMORY_SHORT: row(422, EXIT.refused, 'Refused {model}: it needs {needed} of memory ({resident} in each of {copies} processes), {available} is free', 'Archive versions that nobody needs, start fewer workers, or raise the memory limit'),
  RUNTIME_FIXED: row(409, EXIT.failed, 'Cannot prove {model} for the runtime {wanted}: these bytes are a version already, which runs on {found}', 'Leave out --runtime; a version answers with the runtime that it was accepted with, for as long as it exists'),
  VERSION_UNKNOWN: row(404, EXIT.usage, 'Cannot find {model}@{version}: it is no version of a model here', '`plimsoll models {model}` lists its versions'),
  VERSION_STATE: row(409, EXIT.failed, 'Cannot {action} {model}@{version}: it is {found}, {wanted} is wanted', 'See `plimsoll models` for the state of each version'),
  VERSION_IN_USE: row(409, EXIT.failed, 'Cannot archive {model}@{version}: {use}', 'Move the traffic to another version first, and let what runs come to its end'),
  BUNDLE_GONE: row(410, EXIT.failed, 'Cannot use {model}@{version}: its bundle {digest} is not in the data folder', 'Push the same file again: it becomes this version again; servers that share a store share the folder DATA/bundles, or each gets every file'),
  VERSION_INVALID: row(422, EXIT.usage, 'Cannot {action}: {field} is {found}, wanted {wanted}', 'Correct that field and send it again'),
  WATCH_INVALID: row(422, EXIT.usage, 'Cannot watch "{path}": {reason}, a folder was wanted', 'Name a folder that exists and may be read'),
  UPLOAD_INVALID: row(422, EXIT.usage, 'Cannot take the upload: {field} is {found}, wanted {wanted}', 'Send the model as "file"; see /docs for the other parts'),
  UPLOAD_TOO_LARGE: row(413, EXIT.refused, 'Cannot take the upload: {part} exceeds the limit of {limit} bytes', 'If the file is trusted, put it on the server and name its path'),

  // Captured rows (src/capture)
  BLOCK_INVALID: row(422, EXIT.failed, 'Cannot read a block of captured rows: {reason}', 'A crash tore it, or it was altered: the rows in it are lost to the monitor, no answer was'),

  // Rollouts (src/rollout)
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

  // The control plane (src/control)
  SIGNING_KEY_INVALID: row(500, EXIT.usage, 'Cannot sign with {where}: it holds {found}, an Ed25519 private key in PEM form was wanted', 'Make one with `openssl genpkey -algorithm ed25519`, or unset PLIMSOLL_SIGNING_KEY'),
  ENDPOINT_NOT_FOUND: row(404, EXIT.usage, 'Cannot find endpoint "{endpoint}": there is {known}', 'Use one of the names there are; `plimsoll push FILE --name M` makes one'),
  ROLLOUT_NOT_FOUND: row(404, EXIT.usage, 'Cannot find rollout "{id}": {found}', '`plimsoll status` lists endpoints and what runs; `plimsoll rollout start ENDPOINT --to V` begins one'),
  FEEDBACK_INVALID: row(422, EXIT.usage, 'Cannot take the feedback, none of it: {problems}', 'Send [{"endpoint", "requestId" or "unit", "label" or "metric" and "value", "time"}]; docs/experiments.md says more'),
  FEEDBACK_PARTIAL: row(422, EXIT.failed, 'Took {accepted} of {count} items, those up to line {line}, and none after it: {problems}', 'What was taken is kept: mend what is named, and import the lines after {line} alone'),
  ROLLOUT_REFUSED: row(409, EXIT.failed, 'Cannot start the rollout of version {candidate} on "{endpoint}": {reason}', '{way}'),
  ROLLOUT_STATE: row(409, EXIT.failed, 'Cannot {command} rollout {id} of "{endpoint}": {found}', '{way}'),
  ROLLOUTS_UNOWNED: row(503, EXIT.failed, 'Cannot decide on rollouts in this process: {reason}', 'Try again in ten seconds: where several servers share a store, another one takes over from one that has died; the log of each says when it owns the rollouts'),
  FLEET_SLOW: row(503, EXIT.failed, 'Cannot hand the routes to the workers: they have not followed after {limit} ms', 'It is tried again; the log of the server says which worker hangs'),
  VERSION_UNSERVED: row(503, EXIT.failed, 'Cannot route to version {version} of "{model}": the workers do not have it', 'Try again; the log of the server says which version cannot be loaded, and why'),
  GENERATION_CONFLICT: row(409, EXIT.failed, 'Cannot change "{endpoint}": its generation is {found}, {wanted} was given', 'Read it again, look at what changed, and send the change with the generation it has now'),
  ROLLBACK_REFUSED: row(409, EXIT.failed, 'Cannot roll "{endpoint}" back: {reason}', 'Name a version that it has rested on: --to V; any other takes a rollout, at once with `plimsoll rollout start --strategy immediate`'),

  // Who is let in (src/server/access, src/control/keys)
  KEYS_MISSING: row(422, EXIT.usage, 'Cannot listen on {host}: whoever reaches that address could ask, and there is no API key yet', 'Make the first one, then start again: `plimsoll keys create --name me --scope admin --data {data}`; or say --insecure where the network lets nobody else in'),
  KEY_NAME_TAKEN: row(409, EXIT.usage, 'Cannot create key "{name}": there is one of that name that holds', 'Choose another name, or put a new key in its place: `plimsoll keys rotate {name}`'),
  KEY_UNKNOWN: row(404, EXIT.usage, 'Cannot find key "{name}": of those that hold there is none of that name or id; there is {known}', '`plimsoll keys list` shows all of them'),
  PREDICTION_UNAUTHORIZED: row(401, EXIT.failed, 'Refused the request: {found}, "authorization: Bearer KEY" was wanted', 'Send a key that holds; whoever runs the server makes one: `plimsoll keys create --name NAME --scope predict`'),
  PREDICTION_FORBIDDEN: row(403, EXIT.failed, 'Refused the request: key "{key}" is for {found}, not for predictions of "{endpoint}"', 'Use a key for that endpoint: `plimsoll keys create --name NAME --scope predict --endpoint {endpoint}`'),
  SCOPE_FORBIDDEN: row(403, EXIT.failed, 'Refused the request: key "{key}" is of scope {found}, {wanted} was wanted to {what}', 'Use a key of that scope; docs/security.md says which scope may do what'),
  RATE_LIMITED: row(429, EXIT.failed, 'Refused the request: {who} asked more often than {limit} times a second', 'Try again after {retry} s, or more slowly; --rate-limit says how often one may ask'),
  QUOTA_EXCEEDED: row(429, EXIT.failed, 'Refused the upload: {found}, {wanted} was wanted', 'Try again tomorrow (UTC), or raise {setting} of the server'),
  DISK_RESERVED: row(507, EXIT.failed, 'Refused the upload: {free} % of the disk of the data folder are free, {wanted} % stay so', 'Make room, for example by `plimsoll gc`, or lower --disk-reserve'),
  TLS_UNREADABLE: row(422, EXIT.usage, 'Cannot speak TLS with {path}: {reason}', 'Give a certificate and its private key in PEM form: --tls-cert FILE --tls-key FILE'),

  // The control API (src/server/api) and those who call it (src/control/remote/remote.ts, src/cli)
  HOST_FORBIDDEN: row(403, EXIT.failed, 'Refused the request: its Host is {found}, wanted localhost, a loopback address or a configured name', 'Call it as localhost, or by the name that --host gave'),
  ORIGIN_FORBIDDEN: row(403, EXIT.failed, 'Refused the request: it comes from a page of {found}, wanted {wanted}', 'Pages of other sites may not control this server; call it from a program'),
  CONTROL_FORBIDDEN: row(403, EXIT.failed, 'Refused the request: {found} may not control this server', 'Send "authorization: Bearer KEY" with a key made by `plimsoll keys create`, or call it from the machine it runs on'),
  CONTROL_UNAUTHORIZED: row(401, EXIT.failed, 'Refused the request: {found}, "authorization: Bearer KEY" was wanted', 'Send a key that holds: PLIMSOLL_KEY or --key-file of a command; `plimsoll keys create` on the machine of the server makes one'),
  CONTENT_TYPE_UNSUPPORTED: row(415, EXIT.usage, 'Cannot read the body: its content type is {found}, wanted {wanted}', 'Send JSON with "content-type: application/json"'),
  REQUEST_INVALID: row(422, EXIT.usage, 'Cannot use the request: {problems}', 'Correct every field named above; /api/v1/openapi.json has the schemas'),
  IDEMPOTENCY_MISMATCH: row(422, EXIT.failed, 'Refused the request: idempotency key "{key}" was used for another request', 'Use a new key for a new request'),
  DESIRED_INVALID: row(422, EXIT.usage, 'Cannot use {path}: {problems}', 'Correct every line named above; docs/plimsoll.schema.json is the schema, `plimsoll apply --help` shows an example'),
  CONTROL_UNREACHABLE: row(503, EXIT.failed, 'Cannot reach the server at {address}: {reason}', 'Check that it runs: `plimsoll serve`; then try again'),
  CONTROL_ANSWER_INVALID: row(502, EXIT.failed, 'Cannot use the answer of {address}: {reason}', 'Check that the address is that of a Plimsoll server of this version'),

  // Monitoring (src/monitor)
  MONITOR_INVALID: row(422, EXIT.usage, 'Cannot watch "{endpoint}" so: {problems}', 'Correct every line named above; docs/monitoring.md has the grammar, docs/plimsoll.schema.json its schema'),
  ALERT_UNKNOWN: row(404, EXIT.usage, 'Cannot find alert "{alert}": there is none of that fingerprint', '`plimsoll alerts --all` lists them'),
  ALERT_STATE: row(409, EXIT.failed, 'Cannot acknowledge alert "{alert}": it is {found}, one that is pending or firing was wanted', '`plimsoll alerts` lists those that are'),
  RECEIVER_UNKNOWN: row(404, EXIT.usage, 'Cannot find receiver "{receiver}" of "{endpoint}": there is {known}', 'Add it below receivers: `plimsoll monitor set {endpoint} --policy FILE`, or monitors in plimsoll.yaml'),
  VERSION_UNWATCHED: row(404, EXIT.usage, 'Cannot show the drift of version {version} of "{endpoint}": nothing is known of it', 'Leave out the version to see the one that is stable; a version is watched from its first request on'),
  REFERENCE_INVALID: row(422, EXIT.usage, 'Cannot compare with the reference {source}: {problem}', 'Give rows like those that the model was trained on, as Parquet or CSV with a header'),
  PROFILE_INVALID: row(422, EXIT.refused, 'Cannot use the reference profile: {where} is {found}, wanted {wanted}', 'It is damaged or was altered: make it again from the reference data'),
  REQUEST_UNKNOWN: row(404, EXIT.usage, 'Cannot find request "{request}": the prediction log of this server has no row of it', 'Rows are logged within seconds, thinned out where there are many, and kept for 30 days unless the policy says otherwise'),
  LOG_EMPTY: row(404, EXIT.failed, 'Cannot use the prediction log of "{endpoint}": it has no rows {wanted}', 'Check the name, the times and the version: `plimsoll monitor status` says what is logged'),
  LOG_REDACTED: row(422, EXIT.failed, 'Cannot rebuild requests of "{endpoint}": of column "{column}" the log has {found}', 'Only what was logged as it came can be sent again: see log.redact in the policy of the endpoint'),
  LOG_PARTIAL: row(422, EXIT.unsupported, 'Cannot rebuild requests of "{endpoint}": {reason}, which the log has in parts', 'Export the rows instead: `plimsoll requests export {endpoint} --output rows.parquet`'),
  REGION_UNKNOWN: row(422, EXIT.usage, 'Cannot find the rows {region} of "{endpoint}": {reason}', 'Bins are named in `plimsoll monitor status`; leave out --region for rows from everywhere'),

  // The store (src/store)
  STORE_URL_INVALID: row(422, EXIT.usage, 'Cannot open the store "{found}": wanted sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE', 'Leave out --store to keep everything in the data folder'),
  STORE_NEWER: row(500, EXIT.unsupported, 'Cannot open the store: its schema is version {found}, this program knows up to {known}', 'Start the newer Plimsoll that wrote it, or restore a copy from before'),
  STORE_DAMAGED: row(500, EXIT.failed, 'Cannot read the store {where}: {reason}', 'It is no database or a damaged one: restore a copy, or name another file with --store'),
  STORE_UNWRITABLE: row(500, EXIT.failed, 'Cannot write to the store {where}: {reason}', 'Give it a disk with space that this user may write to; nothing was half written'),
  STORE_UNAVAILABLE: row(503, EXIT.failed, 'Cannot reach the store {where}: {reason}', 'Try again once the database answers; predictions go on meanwhile'),
  STORE_BUSY: row(503, EXIT.failed, 'Cannot write to the store {where}: {reason}', 'Try again; see what else writes to this database'),
  STORE_VALUE_INVALID: row(422, EXIT.usage, 'Cannot keep a value in the store: found {found}, wanted {wanted}', 'Send text in well-formed Unicode without NUL, and numbers that are finite'),
  PAGE_INVALID: row(422, EXIT.usage, 'Cannot give that part of the list: {field} is {found}, wanted {wanted}', 'Leave the cursor out to begin again'),

  // Scoring columns (src/scorer)
  INPUT_COLUMNS: row(422, EXIT.failed, 'Cannot bind the columns of the input to the model: {problem}', 'Name columns that are there (--key, --columns), and those that the model reads, in its order: --features A,B,C; `plimsoll inspect` shows its signature'),
  BATCH_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot score tables with {model}: {reason}', 'Export the model with a free batch dimension, and with one row of output for each row of input'),

  // What batch jobs are: definitions, plans, receipts (src/jobs/spec, plan, receipt)
  SPEC_INVALID: row(422, EXIT.usage, 'Cannot use job {job}: {problems}', 'Correct every part named above; see `plimsoll batch run --help`'),
  SECRET_MISSING: row(422, EXIT.usage, 'Cannot fill in {name} of job {job}: {found}, its value was wanted', '{way}'),
  JOB_RUNNING: row(409, EXIT.failed, 'Cannot take job {job}: {holder} works on its run {run}', 'Let it come to its end, or end that process; where its machine is gone, the run is free once its lease has run out, in half a minute'),
  JOB_CHANGED: row(409, EXIT.failed, 'Cannot go on with job {job}: it is not what its run {run} began with: {differences}', 'Bring back what the run began with, or start another job under a new name: --job NAME; a run that is done is followed by another one with --again, one that is not is dropped by `plimsoll batch discard {job}`'),
  ROWS_DO_NOT_ADD_UP: row(500, EXIT.failed, 'Cannot close the books: in {where}, {found}, {wanted} wanted', 'This is a defect of Plimsoll: report it with the log of the run; nothing was published'),
  RECEIPT_INVALID: row(422, EXIT.failed, 'Cannot trust the receipt: {reason}', 'Get it again from where it was made: `plimsoll batch receipt JOB --json`'),

  // Runs of batch jobs (src/jobs/run)
  LANE_MEMORY: row(500, EXIT.failed, 'Cannot work on {path}: its rows take more memory than a lane has: {reason}', 'Read and carry fewer columns (--columns), or take smaller chunks (--chunk-rows)'),
  LANE_DIED: row(500, EXIT.failed, 'Cannot finish {action}: the process that does it ended each time ({reason})', 'See its last words above and the log of the run; a chunk that takes too much memory gets smaller with --chunk-rows'),
  JOB_INTERRUPTED: row(503, EXIT.failed, 'Stopped run {run} of job {job}: {done} of {of} chunks are done, and kept', 'Go on where it is: `plimsoll batch resume {job}`'),
  JOB_HELD: row(409, EXIT.failed, 'Held back the output of job {job}, run {run}: {reason}', 'Publish it all the same: `plimsoll batch release {job}`; or drop it: `plimsoll batch discard {job}`'),
  JOB_STATE: row(409, EXIT.failed, 'Cannot {action} job {job}: its last run {found}, {wanted} was wanted', '{way}'),
  BUDGET_EXCEEDED: row(422, EXIT.failed, 'Stopped job {job}: {bad} of {read} rows have no answer, at most {budget} were wanted', 'See why in {rejects}; mend the rows and run the job again, or raise --max-bad'),

  // Sources of batch jobs (src/jobs/sources)
  SOURCE_INVALID: row(422, EXIT.usage, 'Cannot read rows from {where}: {reason}', 'Correct the source: --input; docs/batch.md lists the kinds of sources'),
  SOURCE_UNAVAILABLE: row(503, EXIT.failed, 'Cannot reach {where}: {reason}', 'Once it answers, finish the job where it is: `plimsoll batch resume JOB`'),
  INPUT_EMPTY: row(422, EXIT.failed, 'Cannot score {path}: there are no rows in it', 'Check the source, and what should have written to it'),
  INPUT_CHANGED: row(409, EXIT.failed, 'Cannot read {path}: found {found}, wanted {wanted}', 'The input of a run may not change while it is worked on: restore it, or start another run under a new --job'),

  // Sinks of batch jobs (src/jobs/sinks)
  SINK_INVALID: row(422, EXIT.usage, 'Cannot write to {where}: {problems}', 'Make the target fit what is named above, or choose another one: --output'),
  SINK_UNAVAILABLE: row(503, EXIT.failed, 'Cannot reach {where}: {reason}', 'Once it answers, finish the job where it is: `plimsoll batch resume {job}`'),
  FENCE_LOST: row(409, EXIT.failed, 'Cannot go on with run {run}: another process has taken it over', 'See how it is getting on: `plimsoll batch status`'),
  KEY_DUPLICATE: row(422, EXIT.failed, 'Cannot publish to {where}: {found}, each key once was wanted', 'Give a key that names one row (--key), or say what becomes of the second one: --duplicates skip'),
  DISK_FULL: row(507, EXIT.failed, 'Cannot write "{path}": {free} bytes are free, {wanted} or more were wanted', 'Make room, then finish the job where it is: `plimsoll batch resume JOB`; nothing was half published'),

  // Batch jobs on Spark (src/jobs/spark)
  SPARK_MISSING: row(422, EXIT.usage, 'Cannot start Spark: there is no {program} here', 'Install it (`pip install pyspark`, with Java 17 and pyarrow), or set SPARK_HOME; without --engine spark the job runs here'),
  SPARK_FAILED: row(500, EXIT.failed, 'Cannot finish run {run} on Spark: {reason}', 'See {log}; what was scored is not published, finish the job with `plimsoll batch resume {job}`'),
  SPARK_DIFFERS: row(409, EXIT.failed, 'Stopped job {job} before it began: of the sample, key {key} has {column} {spark} on Spark, {local} here', 'Report this with both machines; the job runs here without --engine spark'),
  SPARK_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot run the job on Spark: {reason}', 'Run it here, without --engine spark, or bring the input to Parquet'),

  // Predicting (src/engine, src/serving)
  INPUT_INVALID: row(422, EXIT.failed, '{problem}', 'Correct what is named above; what rows have to be like is in the signature: see /docs or `plimsoll inspect`'),
  BODY_TOO_LARGE: row(413, EXIT.failed, 'Cannot accept the request: its body of {found} bytes exceeds the limit {limit}', 'Send fewer rows a request, or raise --max-body'),
  MODEL_NOT_FOUND: row(404, EXIT.usage, 'Cannot find model "{model}": this server has {known}', 'Use one of the names it has'),
  MODEL_UNNAMED: row(404, EXIT.usage, 'Cannot choose a model: the request names none and this server has {known}', 'Name one: POST /models/{example}/predict'),
  VERSION_NOT_FOUND: row(404, EXIT.usage, 'Cannot find version {version} of model "{model}": this server has {known}', 'Use one of the versions it has, or leave the version out'),
  VERSION_NOT_LOADED: row(500, EXIT.failed, 'Cannot load version {version} of model "{model}": {reason}', 'The bundle is damaged or gone: push the file again as a new version'),
  ROUTE_NOT_FOUND: row(404, EXIT.usage, 'Cannot find {path}: no such route', 'Routes are listed in /docs and /openapi.json'),
  METHOD_NOT_ALLOWED: row(405, EXIT.usage, 'Cannot {method} {path}: it takes {allowed}', 'Use {allowed}'),
  ENCODING_UNKNOWN: row(415, EXIT.failed, 'Cannot read the body: its encoding is "{found}", known are {known}', 'Send the body in a known encoding, or as it is'),
  ENCODING_CORRUPT: row(400, EXIT.failed, 'Cannot read the body: it is no complete {encoding} data ({reason})', 'Check what compresses the request'),
  OVERLOADED: row(503, EXIT.failed, 'Cannot take the request: {found} {what} exceed the limit {limit}', 'Try again after {retry} s, or start more replicas'),
  STOPPING: row(503, EXIT.failed, 'Cannot take the request: the server is stopping', 'Send it to another replica'),
  LISTEN_FAILED: row(500, EXIT.failed, 'Cannot listen on {host}:{port}: {reason}', 'Choose another port with --port, or stop what uses this one'),
  CONTROL_DOWN: row(503, EXIT.failed, 'Cannot reach the control process: it is being started again, predictions go on', 'Try again after {retry} s; the log of the server says why it ended'),
  SOCKET_FAILED: row(500, EXIT.failed, 'Cannot listen on the control socket {path}: {reason}', 'Choose a data folder on a local disk: --data DIR'),
  WORKER_FAILED: row(500, EXIT.failed, 'Cannot keep serving: {process} ended {times} times in a row before it answered, at last with {reason}', 'The lines above say why; `plimsoll serve --workers 1` serves in one process'),
  MEDIA_TYPE_UNKNOWN: row(415, EXIT.failed, 'Cannot read the body: its content type is "{found}", known are {known}', 'Send the rows in a form that is known, and name it in content-type'),
  NOT_ACCEPTABLE: row(406, EXIT.failed, 'Cannot answer as "{found}": answers are {known}', 'Name one of these in accept, or send no accept'),
  BINARY_TENSORS: row(400, EXIT.unsupported, 'Cannot take or give {what} as binary data: tensors are JSON here', 'Send and ask for JSON: tritonclient takes binary_data=False for inputs and outputs'),
  SAGEMAKER_HEADER_UNSUPPORTED: row(400, EXIT.unsupported, 'Cannot honour the header {header}: {reason}', 'Leave it out'),
  SCORER_DIED: row(500, EXIT.failed, 'Cannot score the rows of {model}: its worker ended ({reason})', 'Send fewer rows; if one row does it too, report this with the model'),
  SCORER_TIMEOUT: row(504, EXIT.failed, 'Cannot score the rows of {model}: it took longer than {limit} ms', 'Send fewer rows a request'),
  // Batch jobs (src/jobs)
  JOB_UNKNOWN: row(404, EXIT.usage, 'Cannot find job "{job}": there is {known}{near}', 'Use the name of a job that there is, or begin one: `plimsoll batch run --job {job} …`'),
  RUN_UNKNOWN: row(404, EXIT.usage, 'Cannot find run {run} of job {job}: there is none of that id', '`plimsoll batch status {job}` lists its runs'),
  WEBHOOK_UNKNOWN: row(404, EXIT.usage, 'Cannot start job {job} by a webhook: its schedule has no such trigger', 'Add `webhook` to its triggers: PUT /api/v1/jobs/{job}/schedule, or schedule in plimsoll.yaml'),
  JOB_PAUSED: row(409, EXIT.failed, 'Cannot start job {job}: it is paused, a job that may run was wanted', 'Let it go on: `plimsoll batch unpause {job}`'),
  RUN_TIMEOUT: row(504, EXIT.failed, 'Cannot finish run {run}: it took longer than the {limit} s that its job allows', 'Raise timeoutSeconds of its schedule, or give it more lanes; what it has done is kept'),
  // Containers (src/config/container.ts, src/server/container)
  CONTRACT_AMBIGUOUS: row(500, EXIT.usage, 'Cannot tell which platform has started this container: it looks like {found}', 'Say which contract holds: {variable}=plain, sagemaker, vertex or kserve'),
  BUNDLES_UNREADABLE: row(500, EXIT.usage, 'Cannot serve "{path}": {found}, wanted a folder of bundles, NAME/VERSION/plimsoll.json', 'Package it anew: `plimsoll package oci` and `plimsoll package dockerfile` write such folders'),
  BUNDLE_DAMAGED: row(500, EXIT.refused, 'Refused to serve {model}@{version}: "{file}" is {found}, wanted {wanted}', 'It was altered or cut short after it was packaged: package it anew, and copy it whole'),
  MOUNT_UNCLEAR: row(500, EXIT.refused, 'Cannot tell which model to serve in "{path}": {found}, wanted one model, or a bundle', 'Leave one model file or model folder there; what needs code is packaged first: `plimsoll package sagemaker`, `package vertex`, `package kubernetes`'),
  CONTAINER_EMPTY: row(500, EXIT.usage, 'Cannot serve anything: there is no model in {places}', 'Mount a model there, or say where a folder of bundles is: --bundles DIR or PLIMSOLL_BUNDLES'),
  STORAGE_FAILED: row(502, EXIT.failed, 'Cannot fetch "{uri}": {reason}', 'Check that the folder exists and that the account of the container may read it (storage.objects.get and .list)'),
  IMAGE_UNPACK: row(422, EXIT.refused, 'Refused to unpack layer {digest}: "{path}" leads out of the image', 'The image was altered: package it anew'),
  VERIFY_UNSUPPORTED: row(501, EXIT.unsupported, 'Cannot start an image for {platform} here: {reason}', 'Verify it on a machine of that platform, as root, with runc installed'),
  CONTAINER_KEYS: row(500, EXIT.usage, 'Cannot listen on {host}: whoever reaches that address could ask, and there is no API key', 'Give it keys: PLIMSOLL_KEYS (what `plimsoll keys export` writes), PLIMSOLL_KEYS_FILE or PLIMSOLL_TOKEN; or say PLIMSOLL_INSECURE=true where the network lets nobody else in'),
  MODEL_REQUEST_INVALID: row(400, EXIT.usage, 'Cannot load the model: the request has {found}, wanted {"model_name": NAME, "url": FOLDER}', 'Unpack one model or bundle into a folder below /opt/ml/models, and name it'),
  MODEL_LOADED: row(409, EXIT.failed, 'Cannot load model "{model}": it is loaded already', 'Unload it first: DELETE /models/{model}'),
  MODEL_ABSENT: row(404, EXIT.usage, 'Cannot find model "{model}": it is not loaded', 'Load it: POST /models; GET /models lists those that are'),
  MODELS_MEMORY: row(507, EXIT.failed, 'Cannot load model "{model}": it takes about {wanted}, {found} are left', 'Unload another model first, give the container more memory, or raise PLIMSOLL_MODELS_MEMORY'),

  // Pushing images and what is attached to them (src/deploy/push, src/deploy/attest)
  IMAGE_NAME_INVALID: row(422, EXIT.usage, 'Cannot use "{reference}" as the name of an image: {reason}', 'Write HOST[:PORT]/REPOSITORY[:TAG][@DIGEST], for example registry.example.com/team/churn:3'),
  REGISTRY_UNREACHABLE: row(503, EXIT.failed, 'Cannot {action} {where}: {reason}', 'Run the command again once it answers: what has arrived is not sent a second time'),
  REGISTRY_DENIED: row(403, EXIT.failed, 'Cannot {action} {where}: the registry denies it ({said})', 'Log in again (docker login, or PLIMSOLL_REGISTRY_USER and PLIMSOLL_REGISTRY_PASSWORD) as somebody who may push there, then run the command again; tokens of ECR last 12 hours'),
  REGISTRY_REFUSED: row(422, EXIT.failed, 'Cannot {action} {where}: the registry refuses it ({said})', 'Mend what the registry names: some want the repository to be made first, keep tags as they are or limit how much is kept; then run the command again, what has arrived is not sent a second time'),
  REGISTRY_INVALID: row(502, EXIT.refused, 'Cannot trust the registry {where}: found {found}, wanted {wanted}', 'Look at what stands between here and the registry; running the command again is safe'),
  REGISTRY_INSECURE: row(422, EXIT.refused, 'Refused to go on with the registry {where}: {reason}', 'Give it a certificate that holds (NODE_EXTRA_CA_CERTS=FILE for an authority of your own); --insecure-registry allows a registry without TLS'),
  CREDENTIALS_UNREADABLE: row(422, EXIT.usage, 'Cannot read the credentials for the registry from {where}: {reason}', 'Run `docker login` again, or set PLIMSOLL_REGISTRY_USER and PLIMSOLL_REGISTRY_PASSWORD'),
  IMAGE_NOT_FOUND: row(404, EXIT.usage, 'Cannot find the image {image}: there is {found}', 'Check its name and tag, and whether it was pushed for this platform'),
  ATTESTATION_INVALID: row(422, EXIT.failed, 'Cannot trust the image {image}: {reason}', 'Give the public key of whoever made it (--key FILE; GET /api/v1/keys of their server); or make it again: `plimsoll package oci`'),
  IMAGE_DAMAGED: row(422, EXIT.refused, 'Cannot use the image at {path}: found {found}, wanted {wanted}', 'Make the image again: `plimsoll package oci`'),
  // Images (src/deploy/image)
  IMAGE_PLATFORM: row(400, EXIT.unsupported, 'Cannot make an image for {platform}: base files are pinned for {known}', 'Use one of them: --platform {known}; for other machines write a build context: `plimsoll package dockerfile`'),
  IMAGE_PYTHON: row(422, EXIT.unsupported, 'Cannot make an image of {model}: Python runs it, and images made here hold no Python', 'Write a build context that installs its locked environment: `plimsoll package dockerfile {model} --output DIR`'),
  IMAGE_COMPRESSOR: row(500, EXIT.refused, 'Refused to write layers with zlib {found}: zlib {wanted} gives the bytes that digests were pinned for', 'Run it with the Node that brings it: `npx --package node@{node} -- plimsoll package oci …`, on x64'),
  IMAGE_DOWNLOAD: row(502, EXIT.failed, 'Cannot fetch "{file}" from {from}: {reason}', 'Try again: what has arrived is kept. PLIMSOLL_DEBIAN_MIRROR and PLIMSOLL_NPM_REGISTRY name other mirrors; without a network, --base-archive DIR names a folder that holds the files'),
  IMAGE_ARCHIVE: row(422, EXIT.refused, 'Refused "{file}": its {algorithm} begins with {found}, {wanted} is pinned', 'A mirror or a folder holds another file under this name: fetch it from the original place'),
  IMAGE_LAYER: row(500, EXIT.refused, 'Refused the layer "{part}" that was made: it is {found}, {wanted} is pinned', 'The same files gave another archive: report this with the versions of Node and Plimsoll'),
  IMAGE_BUNDLE: row(422, EXIT.refused, 'Refused to make an image of {model}: its bundle "{path}" {reason}', 'Give the file again: `plimsoll push FILE --name {model}` proves it anew'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);
export type ErrorDetails = Readonly<Record<string, unknown>>;

const MARK = Symbol.for('plimsoll.error');

const fill = (text: string, details: ErrorDetails): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, key: string) => (key in details ? String(details[key]) : whole));

/** A coded error; crosses workers and wires as `{ code, message, hint, details }`. */
export class PlimsollError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly [MARK] = true;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(fill(ERRORS[code].message, details), options);
    this.name = 'PlimsollError';
    this.code = code;
    this.details = details;
  }

  get hint(): string {
    return fill(ERRORS[this.code].hint, this.details);
  }
  get http(): number {
    return ERRORS[this.code].http;
  }
  get exit(): number {
    return ERRORS[this.code].exit;
  }

  toJSON(): { code: ErrorCode; message: string; hint: string; details: ErrorDetails } {
    return { code: this.code, message: this.message, hint: this.hint, details: this.details };
  }

  /** Rebuilds an error that crossed a worker or a wire. */
  static from(json: { code: ErrorCode; details: ErrorDetails }): PlimsollError {
    return new PlimsollError(json.code, json.details);
  }
}

/** Marker check that also holds across realms and copies of this module. */
export const isPlimsollError = (value: unknown): value is PlimsollError =>
  typeof value === 'object' && value !== null && MARK in value;

/** Exhaustiveness guard for tagged unions. */
export function assertNever(value: never): never {
  throw new PlimsollError('INTERNAL', { action: 'a case distinction', reason: `unexpected ${JSON.stringify(value)}` });
}
