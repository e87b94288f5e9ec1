import { EXIT } from '../exit-codes.ts';
import { type ErrorAreas, row } from './row.ts';

/** Errors of commands, files and predictions. */
export const GENERAL_AREAS = {
  'Commands, files and settings': {
    INTERNAL: row(500, EXIT.failed, 'Cannot finish {action}: {reason}', 'This is a defect of Plimsoll: report it with the log around this line'),
    USAGE: row(400, EXIT.usage, 'Cannot run the command: {reason}', 'See `plimsoll {command} --help`'),
    NODE_TOO_OLD: row(500, EXIT.usage, 'Cannot run on Node {found}: Node {wanted} or newer is wanted', 'Install it: npm install --global node@{wanted}'),
    PART_MISSING: row(501, EXIT.unsupported, 'Cannot do this without {part}: it is not installed', 'Install it: `{install}`'),
    DEVICE_UNAVAILABLE: row(501, EXIT.unsupported, 'Cannot run graphs on {device}: {reason}; this onnxruntime knows {known}', '{how}'),
    PART_UNUSABLE: row(501, EXIT.unsupported, 'Cannot do this without {part}: it does not load on {platform}: {reason}', 'Use a platform that it has binaries for, such as Linux of Debian 12 or newer on x64 or arm64'),
    CONFIG_INVALID: row(422, EXIT.usage, 'Cannot use the configuration: {problems}', 'Correct every line named above; `plimsoll serve --help` lists the settings'),
    METRICS_ALIAS_UNKNOWN: row(400, EXIT.usage, 'Cannot show the metrics under the names of "{given}": wanted some of {known}', 'Leave `aliases` out, or correct it; docs/metrics.md lists the names of each'),
    COMMAND_UNKNOWN: row(400, EXIT.usage, 'Cannot run the command: {reason}', 'See `plimsoll --help`'),
    FILE_NOT_FOUND: row(404, EXIT.usage, 'Cannot open "{path}": no such file', 'Check the path'),
    FILE_UNREADABLE: row(422, EXIT.usage, 'Cannot open "{path}": {reason}, a regular file was wanted', 'Give the path of a file that may be read'),
    FILE_UNWRITABLE: row(422, EXIT.usage, 'Cannot write "{path}": {reason}', 'Give a path in a folder that exists and may be written to'),

    FILE_CHANGED: row(409, EXIT.failed, 'Cannot accept "{path}": it changed while it was read', 'Try again when it is written completely; write a new model under another name, then rename it'),
    DATA_UNWRITABLE: row(503, EXIT.failed, 'Cannot write to the data folder "{path}": {reason}', 'Choose a folder with space that this user may write: --data DIR'),

    DATA_LOCKED: row(409, EXIT.failed, 'Cannot use the data folder "{path}": {owner} owns it{where}', 'Stop it first, choose another folder with --data DIR, or bring it the file: `plimsoll push FILE --name M`'),
  },
  // src/engine, src/serving
  'Predicting': {
    INPUT_INVALID: row(422, EXIT.failed, '{problem}', 'Correct what is named above; what rows have to be like is in the signature: see /docs or `plimsoll inspect`'),
    BODY_TOO_LARGE: row(413, EXIT.failed, 'Cannot accept the request: its body of {found} bytes exceeds the limit {limit}', 'Send fewer rows a request, or raise --max-body'),
    BODY_TOO_DEEP: row(400, EXIT.failed, 'Cannot read the body: its lists and objects nest {found} deep, at most {limit} are read', 'Send rows as lists of cells, or as objects by column name'),
    MEMORY_EXCEEDED: row(413, EXIT.failed, 'Cannot take the request: {what} may take {found} MB of memory, and a request gets at most {limit} MB', 'Send fewer rows a request, or give the server more memory: it takes what the limit of its container leaves'),
    MODEL_NOT_FOUND: row(404, EXIT.usage, 'Cannot find model "{model}": this server has {known}', 'Use one of the names it has; `plimsoll push FILE --name M` makes one'),
    MODEL_UNNAMED: row(404, EXIT.usage, 'Cannot choose a model: the request names none and this server has {known}', 'Name one: POST /models/{example}/predict'),
    VERSION_NOT_FOUND: row(404, EXIT.usage, 'Cannot find version {version} of model "{model}": this server has {known}', 'Use one of the versions it has, or leave the version out'),
    VERSION_NOT_LOADED: row(500, EXIT.failed, 'Cannot load version {version} of model "{model}": {reason}', 'The bundle is damaged or gone: push the file again as a new version'),
    ROUTE_NOT_FOUND: row(404, EXIT.usage, 'Cannot find {path}: no such route', 'Routes are listed in /docs and /openapi.json'),
    METHOD_NOT_ALLOWED: row(405, EXIT.usage, 'Cannot {method} {path}: it takes {allowed}', 'Use {allowed}'),
    BODY_TOO_SLOW: row(408, EXIT.failed, 'Cannot take the request: {found} bytes of its body came in {seconds} s, {wanted} bytes a second are wanted{why}', 'Send the body in one go once it is complete; over a slow line, let a proxy that buffers bodies stand in between'),
    HOST_INVALID: row(400, EXIT.failed, 'Cannot take the request: it has {found} Host headers, exactly one is wanted', 'Name the server once, as HTTP/1.1 wants it; a proxy in between must replace the header instead of adding another'),
    EXPECTATION_UNKNOWN: row(417, EXIT.failed, 'Cannot do what the request expects: "{found}", known is 100-continue', 'Leave the header out'),
    ENCODING_UNKNOWN: row(415, EXIT.failed, 'Cannot read the body: its encoding is "{found}", known are {known}', 'Send the body in a known encoding, or as it is'),
    ENCODING_CORRUPT: row(400, EXIT.failed, 'Cannot read the body: it is no complete {encoding} data ({reason})', 'Check what compresses the request'),
    OVERLOADED: row(503, EXIT.failed, 'Cannot take the request: {found} {what} exceed the limit {limit}', 'Try again after {retry} s, or start more replicas'),
    DEADLINE_EXCEEDED: row(504, EXIT.failed, 'Cannot answer within {timeout} ms, as the request asks: {reason}', 'Allow more time, send fewer rows a request, or start more replicas'),
    STOPPING: row(503, EXIT.failed, 'Cannot take the request: the server is stopping', 'Send it to another replica'),
    LISTEN_FAILED: row(500, EXIT.failed, 'Cannot listen on {host}:{port}: {reason}', 'Choose another port with --port, or stop what uses this one'),
    CONTROL_DOWN: row(503, EXIT.failed, 'Cannot reach the control process: it is being started again, predictions go on', 'Try again after {retry} s; the log of the server says why it ended'),
    SOCKET_FAILED: row(500, EXIT.failed, 'Cannot listen on the control socket {path}: {reason}', 'Choose a data folder on a local disk: --data DIR'),
    WORKER_FAILED: row(500, EXIT.failed, 'Cannot keep serving: {process} ended {times} times in a row before it answered, at last with {reason}', 'The lines above say why; `plimsoll serve --workers 1` serves in one process'),
    MEDIA_TYPE_UNKNOWN: row(415, EXIT.failed, 'Cannot read the body: its content type is "{found}", known are {known}', 'Send the rows in a form that is known, and name it in content-type'),
    NOT_ACCEPTABLE: row(406, EXIT.failed, 'Cannot answer as "{found}": answers are {known}', 'Name one of these in accept, or send no accept'),
    BINARY_TENSORS: row(400, EXIT.unsupported, 'Cannot take or give {what} as JSON, which has no such numbers', 'Send and ask for binary data: tritonclient does where binary_data is not False; curl takes "parameters": {"binary_data_output": true}'),
    SAGEMAKER_HEADER_UNSUPPORTED: row(400, EXIT.unsupported, 'Cannot honour the header {header}: {reason}', 'Leave it out'),
    SCORER_DIED: row(500, EXIT.failed, 'Cannot score the rows of {model}: its worker ended ({reason})', 'Send fewer rows; if one row does it too, report this with the model'),
    SCORER_MEMORY: row(413, EXIT.failed, 'Cannot score the rows of {model}: they take more than the {limit} MB of heap that a scoring thread has', 'Send fewer rows a request, or give the server more memory: it takes what the limit of its container leaves'),
    SCORER_TIMEOUT: row(504, EXIT.failed, 'Cannot score the rows of {model}: it took longer than {limit} ms', 'Send fewer rows a request'),
  },
} as const satisfies ErrorAreas;
