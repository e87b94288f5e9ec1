import { EXIT } from '../exit-codes.ts';
import { type ErrorAreas, row } from './row.ts';

/** Errors of reading, understanding and proving models. */
export const MODELS_AREAS = {
  // src/bytes, src/formats
  'Reading untrusted bytes': {
    READ_TRUNCATED: row(422, EXIT.refused, 'Cannot read {what} at byte {offset}: {found} bytes left, {wanted} wanted', 'The file is cut short: copy it again from where it was trained'),
    READ_LIMIT: row(422, EXIT.refused, 'Cannot read {what} at byte {offset}: {found} exceeds the limit {limit} ({name})', 'If the file is trusted, --max-model (for example --max-model 2gb) raises the limits on size and time (they follow the size of the file and the memory of the machine otherwise); those on structure are fixed'),
    MODEL_TOO_LARGE: row(422, EXIT.refused, 'Refused to read "{path}": of {size}, it takes about {needed} of memory, and {allowed} may be used, half of the {memory} that this machine or container has', 'Use a machine or container with more memory; or, if the file is trusted and there is memory enough, allow its size: {option}'),
    READ_CORRUPT: row(422, EXIT.refused, 'Cannot read {what} at byte {offset}: found {found}, wanted {wanted}', 'The file is damaged or was altered: copy it again from where it was trained'),
    READ_UNSAFE: row(422, EXIT.refused, 'Refused to read {what} at byte {offset}: {found}', 'Nothing of it was run; save or export the model without it; `plimsoll doctor FILE` says more'),
    FORMAT_UNKNOWN: row(415, EXIT.unsupported, 'Cannot read "{path}": {found}', '{way}'),
  },
  // src/formats/sklearn, src/model
  'Understanding a model': {
    MODEL_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot compile {path} ({class}) at byte {offset}: {field} is {found}, {wanted} supported', '{way}'),
    MODEL_UNCLEAR: row(422, EXIT.unsupported, 'Cannot tell the model that is meant: it is {found}', '{way}'),
    MISSING_UNFIT: row(422, EXIT.usage, 'Cannot count {found} as missing: {reason}', '{way}'),
    ITERATIONS_UNFIT: row(422, EXIT.usage, 'Cannot predict with the first {found} iterations: {reason}', '{way}'),
    EXPLANATION_BUSY: row(503, EXIT.failed, 'Cannot explain the answer of {model}: {found} explanations already wait, the limit is {limit}', 'Ask again later, for fewer rows, or raise PLIMSOLL_EXPLAIN_QUEUE'),
    EXPLANATION_CRASHED: row(503, EXIT.failed, 'Cannot explain the answer of {model}: the process that explains ended: {reason}', 'Ask again after {retry} s; if it ends every time, raise PLIMSOLL_EXPLAIN_MEMORY, or ask for another method'),
    EXPLANATION_LATE: row(504, EXIT.failed, 'Cannot explain the answer of {model} within {limit} ms: {reason}', 'Ask again, for fewer rows, or raise PLIMSOLL_EXPLAIN_TIMEOUT'),
    EXPLANATION_LARGE: row(413, EXIT.usage, 'Cannot explain the answer of {model}: {rows} rows of {columns} columns, an answer explains {limit} cells', 'Ask for fewer rows at once, or raise PLIMSOLL_EXPLAIN_CELLS; a batch job explains any number'),
    EXPLANATION_UNFIT: row(422, EXIT.usage, 'Cannot explain {model}: {reason}', '{way}'),
    REASONS_INVALID: row(422, EXIT.usage, 'Cannot use {path} for reasons: {problems}', 'Correct it: docs/explanations.md shows such a file'),
    PREPROCESSOR_INVALID: row(422, EXIT.usage, 'Cannot use {path}: {reason}', 'Correct it: its fields are those of Hugging Face, listed in docs/images-and-bytes.md'),
    CHOICES_SETTLED: row(422, EXIT.usage, 'Cannot choose by {choices} of "{model}": what was chosen is part of the version', 'Leave out {choices}, or name the model file instead of the version'),
    CHOICES_UNREAD: row(422, EXIT.usage, 'Cannot tell Python {choices}: {reason}', '{way}'),
    COMPILE_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot compile "{path}": {reason}', 'Leave out --runtime; `plimsoll doctor FILE` says whether the model can be compiled'),
    INSPECTION_CRASHED: row(503, EXIT.failed, 'Cannot look into the version: the process that reads it ended: {reason}', 'Ask again; if it ends every time, the model is too large for this machine: `plimsoll inspect FILE` reads it on another'),
    INSPECTION_LATE: row(504, EXIT.failed, 'Cannot look into the version within {limit} s', 'Ask again when the machine is less busy; `plimsoll inspect FILE` reads it without a limit on time'),
    TREE_UNKNOWN: row(404, EXIT.usage, 'Cannot show {found}: wanted {wanted}', 'The contents of the version list its steps with trees, and how many trees each has'),
    MODEL_INVALID: row(422, EXIT.refused, 'Cannot use {path} ({class}) at byte {offset}: {field} is {found}, wanted {wanted}', 'The file is damaged or was altered: save the model again'),
    MODEL_NOT_FITTED: row(422, EXIT.unsupported, 'Cannot compile {path} ({class}) at byte {offset}: {field} is missing, so the estimator was never fitted', 'Call fit() before saving'),
  },
  // src/formats/onnx, src/engine/onnx
  'ONNX graphs': {
    GRAPH_INVALID: row(422, EXIT.refused, 'Refused the graph at {where}: found {found}, wanted {wanted}', 'The file is damaged or its exporter is at fault: export the model again'),
    GRAPH_UNKNOWN: row(422, EXIT.refused, 'Refused the graph at {where}: {found} is unknown, known are {known}', 'Export the model with standard operators'),
    GRAPH_LIMIT: row(422, EXIT.refused, 'Refused the graph at {where}: {found} exceeds the limit {limit} ({name})', 'A graph this size is not served: make it smaller, or bound its loops and shapes by constants'),
    GRAPH_NOT_LOADED: row(422, EXIT.refused, 'Cannot load the graph in onnxruntime: {reason}', 'Export the model again, for an opset that onnxruntime {runtime} knows'),
    GRAPH_FAILED: row(422, EXIT.failed, 'Cannot run the graph: {reason}', 'The rows do not fit the graph: compare them with the signature (`plimsoll inspect`)'),
    GRAPH_MEMORY: row(422, EXIT.failed, 'Cannot answer: with these rows, the graph of {model} takes more memory than its limit of {limit} bytes', 'Send fewer rows a request, or rows that ask for less; PLIMSOLL_GRAPH_MEMORY raises the limit of a graph that is trusted'),
    ENGINE_BUSY: row(503, EXIT.failed, 'Cannot take the rows: {found} requests already wait for this model, the limit is {limit}', 'Send them again later, or add workers'),
    ENGINE_CRASHED: row(503, EXIT.failed, 'Cannot answer: the process that runs the graph of {model} ended: {reason}', 'Try again after {retry} s, when the next one is up; if it happens every time, the graph breaks its runtime: push another version'),
    ENGINE_TIMEOUT: row(504, EXIT.failed, 'Cannot answer: the model took longer than {limit} ms', 'Send fewer rows a request, or raise the time limit'),
    ENGINE_CLOSED: row(503, EXIT.failed, 'Cannot answer: the model is being closed', 'Send the request again'),
    PYTHON_FAILED: row(500, EXIT.failed, 'Cannot answer: the Python code of {model} failed{where}: {type}: {message}', 'Correct that line and push the model again as a new version; the log of the version has the whole traceback'),
    PYTHON_OUTPUT_INVALID: row(500, EXIT.failed, 'Cannot answer: what the Python code of {model} answers cannot be sent: {reason}', 'Let it answer arrays, numbers, strings or lists of them, one for each row, as the signature of the version says'),
    PYTHON_WORKER_ENDED: row(503, EXIT.failed, 'Cannot answer: the Python worker of {model} ended: {reason}', 'Try again after {retry} s; if it happens every time, the model breaks its interpreter: see the log of the version'),
  },
  // src/registry
  'Making a version ready': {
    ENGINES_DISAGREE: row(422, EXIT.refused, 'Refused {model}: its two engines disagree in {failures} of {cells} cells, worst in {output} row {row} column {column}: {leftEngine} {left}, {rightEngine} {right}', 'Report this with the file: one of the two engines reads it wrongly; give --golden rows to see which'),
    GOLDEN_DIFFERS: row(422, EXIT.failed, 'Cannot accept {model}: {failures} of {cells} golden cells differ, worst in {output} row {row} column {column}: answered {left}, expected {right}', '{way}'),
    GOLDEN_INVALID: row(422, EXIT.usage, 'Cannot read golden rows "{path}": {reason}', 'Write {"input": <a /predict body>, "expected": {"<output>": […]}}'),
    SAVED_INVALID: row(422, EXIT.refused, 'Refused the folder "{path}": {problem}', '{way}'),
    CODE_INVALID: row(422, EXIT.usage, 'Cannot take the code of the model at "{path}": {reason}', 'Give files and folders that Python can import by their own names: --code PATH, each once'),
    PYTHON_MODULE_MISSING: row(422, EXIT.refused, 'Refused {model}: your bundle lacks module "{module}", imported by {by}: pass {way}', 'Push it again with what is named; `plimsoll inspect FILE` lists every module that the file imports'),
    PYTHON_VERSION_DIFFERS: row(422, EXIT.refused, 'Refused {model}: it was written by {package} {written}, its environment has {package} {found}', 'Pin {package}=={written} in --requirements, or prove with --golden that the numbers are the same'),
    PYTHON_LOAD_FAILED: row(422, EXIT.refused, 'Refused {model}: Python cannot {action}{where}: {type}: {message}', 'Correct that line, or give the versions that it was trained with: --requirements FILE; the whole traceback is in the log'),
    PYTHON_SIGNATURE_UNKNOWN: row(422, EXIT.usage, 'Cannot tell what rows {model} takes: {reason}', 'Give rows with the outputs that they must give: --golden FILE; or save the model with plimsoll.save, which keeps a sample'),
    PYTHON_UNTRUSTED: row(403, EXIT.refused, 'Refused to run {model} with Python: {reason}, and nobody said that it may', 'Look first: `plimsoll inspect FILE` shows what it would import and run; if you trust it: --runtime python --trust; else {other}'),
  },
  // src/python
  'Python and its packages': {
    PYTHON_NOT_FOUND: row(422, EXIT.usage, 'Cannot find Python {wanted}: installed here are {found}', '{way}'),
    PYTHON_TOOL_MISSING: row(422, EXIT.usage, 'Cannot make an environment for Python: {found}, uv {wanted} or newer was wanted', 'Install it: `curl -LsSf https://astral.sh/uv/install.sh | sh`, or `pip install uv`; or name its program with PLIMSOLL_UV'),
    REQUIREMENTS_INVALID: row(422, EXIT.usage, 'Cannot use line {line} of "{path}": {problem}', 'Write one package a line, best with its exact version: scikit-learn==1.2.2'),
    REQUIREMENTS_UNRESOLVED: row(422, EXIT.refused, 'Cannot find packages for {what} with Python {python}: {reason}', '{way}'),
    ENVIRONMENT_FAILED: row(500, EXIT.failed, 'Cannot make the environment of the lock {digest} with Python {python}: {reason}', '{way}'),

    ACCEPT_TIMEOUT: row(422, EXIT.refused, 'Refused "{path}": reading and checking took longer than {limit} ms', 'Try again on a machine that is less busy; if it stays, the file is built to exhaust its reader'),
    PROOF_MEMORY: row(507, EXIT.refused, 'Refused to prove "{path}": of {size}, two engines that check each other take about {needed} of memory, and {available} is free', 'Free memory, or push it on a machine or in a container with more'),
    ACCEPT_CRASHED: row(422, EXIT.refused, 'Refused "{path}": the process that read it ended: {reason}', 'The file exhausts memory or breaks a runtime: see the log'),
  },
  // src/registry/catalog…, uploads, watch
  'The registry of versions': {
    SIGNATURE_BREAKING: row(422, EXIT.refused, 'Refused {model}: {count} changes would break its callers: {differences}', 'If callers are ready for them, say so: --breaking (or "breaking": true); else serve it under another name'),
    WARM_UP_FAILED: row(422, EXIT.refused, 'Refused {model}: loaded by itself from its bundle, it {reason}', 'Try again on a machine that is less busy; if it stays, the model breaks its runtime: see the log'),
    MEMORY_SHORT: row(422, EXIT.refused, 'Refused {model}: it needs {needed} of memory ({resident} in each of {copies} processes), {available} is free', 'Archive versions that nobody needs, start fewer workers, or raise the memory limit'),
    RUNTIME_FIXED: row(409, EXIT.failed, 'Cannot prove {model} for the runtime {wanted}: these bytes are a version already, which runs on {found}', 'Leave out --runtime; a version answers with the runtime that it was accepted with, for as long as it exists'),
    VERSION_UNKNOWN: row(404, EXIT.usage, 'Cannot find {model}@{version}: it is no version of a model here', '`plimsoll models {model}` lists its versions'),
    VERSION_STATE: row(409, EXIT.failed, 'Cannot {action} {model}@{version}: it is {found}, {wanted} is wanted', 'See `plimsoll models` for the state of each version'),
    MODEL_NOT_MEASURED: row(422, EXIT.failed, 'Cannot measure the model: {reason}', 'Describe its cost instead: see docs/advisor.md'),
    VERSION_IN_USE: row(409, EXIT.failed, 'Cannot archive {model}@{version}: {use}', 'Move the traffic to another version first, and let what runs come to its end'),
    BUNDLE_GONE: row(410, EXIT.failed, 'Cannot use {model}@{version}: its bundle {digest} is not in the data folder', 'Push the same file again: it becomes this version again; servers that share a store share the folder DATA/bundles, or each gets every file'),
    VERSION_INVALID: row(422, EXIT.usage, 'Cannot {action}: {field} is {found}, wanted {wanted}', 'Correct that field and send it again'),
    WATCH_INVALID: row(422, EXIT.usage, 'Cannot watch "{path}": {reason}, a folder was wanted', 'Name a folder that exists and may be read'),
    UPLOAD_INVALID: row(422, EXIT.usage, 'Cannot take the upload: {field} is {found}, wanted {wanted}', 'Send the model as "file"; see /docs for the other parts'),
    UPLOAD_TOO_LARGE: row(413, EXIT.refused, 'Cannot take the upload: {part} exceeds the limit of {limit} bytes', 'If the file is trusted, put it on the server and name its path'),
  },
} as const satisfies ErrorAreas;
