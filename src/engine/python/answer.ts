/** What a worker says, checked: it runs code that nobody here has read. Pure. */
import { isRecord, keysOf } from '../../core/record.ts';
import type { RawEnds } from '../../model/raw.ts';
import { type DType, TYPED_ARRAYS } from '../../model/tensor.ts';
import { FrameError } from './frame.ts';
import type {
  BatchHeader,
  FromPythonWorker,
  ModelDescriptionReply,
  OutputHeader,
  PythonFailure,
  ReadyMessage,
  SandboxLayer,
  TensorHeader,
} from './messages.ts';

const MAX_TEXT = 100_000;
const MAX_ITEMS = 100_000;
const MAX_DIMENSIONS = 32;
const LAYERS = ['limits', 'privileges', 'files', 'network', 'system-calls'] as const;
const FORMS = ['model', 'functions', 'class', 'pyfunc', 'around'] as const;
const CONTAINERS = ['frame', 'array', 'list', 'tensors'] as const;
const STAGES = ['load', 'code', 'output', 'rows', 'content-type', 'accept'] as const;
const DTYPES: readonly DType[] = [...keysOf(TYPED_ARRAYS), 'string'];

type Fields = Readonly<Record<string, unknown>>;
type Read<T> = (value: unknown, what: string) => T;

/** @throws FrameError where the header of a frame is none of the messages that a worker sends */
export function readAnswer(header: Fields): FromPythonWorker {
  const id = count(header['id'], 'id');
  switch (header['kind']) {
    case 'ready':
      return readReady(header, id);
    case 'error':
      return readFailure(header, id);
    case 'outputs':
      return {
        kind: 'outputs',
        id,
        outputs: listOf(readOutput)(header['outputs'], 'outputs'),
        ...usage(header),
      };
    case 'batch':
      return { kind: 'batch', id, batch: readBatch(header['batch'], 'batch'), ...usage(header) };
    case 'written':
      return { kind: 'written', id, contentType: mediaType(header['contentType']), ...usage(header) };
    default:
      return wrong(header['kind'], 'kind', 'one of ready, outputs, batch, written, error');
  }
}

const usage = (header: Fields): { rss: number; micros: number } => ({
  rss: amount(header['rss'], 'rss'),
  micros: amount(header['micros'], 'micros'),
});

function readReady(header: Fields, id: number): ReadyMessage {
  const distributions = fields(header['distributions'], 'distributions');
  return {
    kind: 'ready',
    id,
    python: text(header['python'], 'python'),
    layers: listOf(readLayer)(header['layers'], 'layers'),
    distributions: Object.fromEntries(
      Object.entries(distributions).map(([name, version]) => [name, text(version, 'distributions')]),
    ),
    described: readDescribed(header['described']),
    millis: amount(header['millis'], 'millis'),
    rss: amount(header['rss'], 'rss'),
  };
}

const readLayer: Read<SandboxLayer> = (value, what) => {
  const layer = fields(value, what);
  return {
    name: oneOf(LAYERS)(layer['name'], `${what}.name`),
    active: bool(layer['active'], `${what}.active`),
    how: text(layer['how'], `${what}.how`),
  };
};

function readDescribed(value: unknown): ModelDescriptionReply {
  const described = fields(value, 'described');
  return {
    form: oneOf(FORMS)(described['form'], 'described.form'),
    class: orNull(text)(described['class'], 'described.class'),
    inputs: orNull(readInputs)(described['inputs'], 'described.inputs'),
    call: orNull(readCall)(described['call'], 'described.call'),
    outputs: orNull(listOf(text))(described['outputs'], 'described.outputs'),
    classes: orNull(listOf(label))(described['classes'], 'described.classes'),
    raw: orNull(readEnds)(described['raw'], 'described.raw'),
  };
}

const readEnds: Read<RawEnds> = (value, what) => {
  const { input, output } = fields(value, what);
  return { input: bool(input, `${what}.input`), output: bool(output, `${what}.output`) };
};

const readInputs: Read<NonNullable<ModelDescriptionReply['inputs']>> = (value, what) => {
  const inputs = fields(value, what);
  switch (inputs['form']) {
    case 'text':
      return { form: 'text' };
    case 'table':
      return { form: 'table', columns: listOf(readColumn)(inputs['columns'], `${what}.columns`) };
    case 'tensors':
      return { form: 'tensors', tensors: listOf(readFreeTensor)(inputs['tensors'], `${what}.tensors`) };
    default:
      return wrong(inputs['form'], `${what}.form`, 'one of table, text, tensors');
  }
};

const readColumn = (value: unknown, what: string) => {
  const column = fields(value, what);
  return {
    name: text(column['name'], `${what}.name`),
    named: bool(column['named'], `${what}.named`),
    type: oneOf(['number', 'string', 'bool'] as const)(column['type'], `${what}.type`),
  };
};

const readCall: Read<NonNullable<ModelDescriptionReply['call']>> = (value, what) => {
  const call = fields(value, what);
  const { dtype, dtypes } = call;
  return {
    container: oneOf(CONTAINERS)(call['container'], `${what}.container`),
    ...(dtype === undefined || dtype === null ? {} : { dtype: text(dtype, `${what}.dtype`) }),
    ...(dtypes === undefined || dtypes === null
      ? {}
      : {
          dtypes: Object.fromEntries(
            Object.entries(fields(dtypes, `${what}.dtypes`)).map(([name, type]) => [name, text(type, what)]),
          ),
        }),
  };
};

function readFailure(header: Fields, id: number): PythonFailure {
  return {
    kind: 'error',
    id,
    stage: oneOf(STAGES)(header['stage'], 'stage'),
    type: text(header['type'], 'type'),
    message: text(header['message'], 'message'),
    at: orNull(readPlace)(header['at'], 'at'),
    missing: orNull(readMissing)(header['missing'], 'missing'),
    traceback: text(header['traceback'], 'traceback'),
    rss: amount(header['rss'], 'rss'),
    layers: header['layers'] === undefined ? null : listOf(readLayer)(header['layers'], 'layers'),
  };
}

const readPlace: Read<NonNullable<PythonFailure['at']>> = (value, what) => {
  const { file, line, text: code } = fields(value, what);
  return { file: text(file, what), line: count(line, what), text: text(code, what) };
};

const readMissing: Read<NonNullable<PythonFailure['missing']>> = (value, what) => {
  const { module, by } = fields(value, what);
  return { module: text(module, what), by: text(by, what) };
};

const readOutput: Read<OutputHeader> = (value, what) => {
  const output = fields(value, what);
  const name = text(output['name'], `${what}.name`);
  if (output['parts'] === undefined) return { name, ...shaped(output, what, count) };
  const part: Read<Omit<TensorHeader, 'name'>> = (item, where) => shaped(fields(item, where), where, count);
  return { name, parts: listOf(part)(output['parts'], `${what}.parts`) };
};

function readBatch(value: unknown, what: string): BatchHeader {
  const batch = fields(value, what);
  const rows = count(batch['rows'], `${what}.rows`);
  switch (batch['form']) {
    case 'matrix': {
      const width = count(batch['width'], `${what}.width`);
      const names = orNull(listOf(text))(batch['names'], `${what}.names`);
      if (names !== null && names.length !== width)
        return wrong(names.length, `${what}.names`, `${width} of them`);
      return { form: 'matrix', rows, width, names };
    }
    case 'table': {
      const column = (item: unknown, where: string) => {
        const { name, type } = fields(item, where);
        return { name: text(name, where), type: oneOf(['number', 'string'] as const)(type, where) };
      };
      return { form: 'table', rows, columns: listOf(column)(batch['columns'], `${what}.columns`) };
    }
    case 'tensors':
      return {
        form: 'tensors',
        rows,
        tensors: listOf(readTensor(count))(batch['tensors'], `${what}.tensors`),
      };
    default:
      return wrong(batch['form'], `${what}.form`, 'one of matrix, table, tensors');
  }
}

const readTensor =
  (size: Read<number>): Read<TensorHeader> =>
  (value, what) => {
    const tensor = fields(value, what);
    return { name: text(tensor['name'], `${what}.name`), ...shaped(tensor, what, size) };
  };

function shaped(tensor: Fields, what: string, size: Read<number>): Omit<TensorHeader, 'name'> {
  const shape = listOf(size)(tensor['shape'], `${what}.shape`);
  if (shape.length > MAX_DIMENSIONS)
    return wrong(shape.length, `${what}.shape`, `at most ${MAX_DIMENSIONS} sizes`);
  return { dtype: oneOf(DTYPES)(tensor['dtype'], `${what}.dtype`), shape };
}

function wrong(found: unknown, what: string, wanted: string): never {
  throw new FrameError(`${what} is ${String(JSON.stringify(found)).slice(0, 100)}, wanted ${wanted}`);
}

const fields: Read<Fields> = (value, what) => (isRecord(value) ? value : wrong(value, what, 'an object'));

const text: Read<string> = (value, what) =>
  typeof value === 'string' && value.length <= MAX_TEXT
    ? value
    : wrong(value, what, `text of at most ${MAX_TEXT} characters`);

/** What a header can hold. */
const mediaType = (value: unknown): string =>
  typeof value === 'string' && /^[ -~]{1,256}$/.test(value)
    ? value
    : wrong(value, 'contentType', 'a media type');

const bool: Read<boolean> = (value, what) =>
  typeof value === 'boolean' ? value : wrong(value, what, 'true or false');

const count: Read<number> = (value, what) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : wrong(value, what, 'a whole number from 0 on');

/** A size that may be free. */
const freeSize: Read<number> = (value, what) => (value === -1 ? -1 : count(value, what));
const readFreeTensor = readTensor(freeSize);

const amount: Read<number> = (value, what) =>
  typeof value === 'number' && value >= 0 ? value : wrong(value, what, 'a number from 0 on');

const label: Read<string | number | boolean> = (value, what) =>
  typeof value === 'number' || typeof value === 'boolean' ? value : text(value, what);

const oneOf =
  <T extends string>(known: readonly T[]): Read<T> =>
  (value, what) =>
    known.find((one) => one === value) ?? wrong(value, what, `one of ${known.join(', ')}`);

const orNull =
  <T>(read: Read<T>): Read<T | null> =>
  (value, what) =>
    value === null || value === undefined ? null : read(value, what);

const listOf =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (value, what) => {
    if (!Array.isArray(value) || value.length > MAX_ITEMS)
      return wrong(value, what, `a list of at most ${MAX_ITEMS}`);
    return value.map((item, index) => read(item, `${what}[${index}]`));
  };
