import { ByteCursor } from '../../../bytes/cursor.ts';
import { PlimsollError } from '../../../core/errors.ts';
import type { NamedGlobal } from '../../../model/description.ts';
import type { ReadBudget } from '../../budget.ts';
import { dictGet } from '../../pickle/access.ts';
import { GlobalLog } from '../../pickle/globals.ts';
import { readPickleAt, readPickleValue } from '../../pickle/read.ts';
import { describeValue, isType, type PyValue } from '../../pickle/value.ts';
import type { ZipArchive } from '../../zip/archive.ts';
import { ELEMENT_SIZE } from '../aten/dtype.ts';
import { requireLittleEndian } from '../byte-order.ts';
import { LEGACY_MAGIC } from '../match.ts';
import { type StorageFile, storageRecord } from './stored-tensor.ts';

/** What `torch.save` wrote: one value, and storages beside it. */
export interface TorchFile extends StorageFile {
  readonly root: PyValue;
  readonly globals: readonly NamedGlobal[];
}

/** Folder of an archive of `torch.save`, or null. */
export function saveRoot(archive: ZipArchive): string | null {
  for (const name of archive.names) {
    const root = /^((?:[^/]+\/)?)data\.pkl$/.exec(name)?.[1];
    if (root !== undefined) return root;
  }
  return null;
}

/** Whether an archive is of TorchScript: code beside the pickle. */
export function isTorchScript(archive: ZipArchive): boolean {
  for (const name of archive.names) if (/^[^/]+\/(?:constants\.pkl|code\/)/.test(name)) return true;
  return false;
}

/** Reads the container of torch 1.6 and later: a zip archive with a pickle and one file a storage. */
export function readTorchArchive(
  archive: ZipArchive,
  root: string,
  budget: ReadBudget,
  pickle = 'data.pkl',
): TorchFile {
  requireLittleEndian(archive, `${root}byteorder`);
  const globals = new GlobalLog(budget);
  const value = readPickleValue(archive.read(`${root}${pickle}`), { budget, globals }, null, storageRecord);
  const folder = pickle === 'constants.pkl' ? 'constants' : 'data';
  return {
    root: value,
    globals: knownNames(globals.list),
    budget,
    storage: (key) => {
      const name = `${root}${folder}/${key}`;
      if (/^[\w.-]{1,200}$/.test(key) && archive.has(name)) return archive.read(name);
      throw corrupt(0, `no storage ${JSON.stringify(key.slice(0, 40))}`, 'a file for each storage');
    },
  };
}

/** Pickles of an old file behind magic and version: the machine that wrote it, the value, the keys of the storages. */
const PROTOCOL = 1001;

/** Reads the container before torch 1.6: five pickles, then each storage with its count. */
export function readLegacyTorch(bytes: Uint8Array, budget: ReadBudget): TorchFile {
  const globals = new GlobalLog(budget);
  const reading = { budget, globals };
  const hooks = { built: null, persistent: storageRecord };
  let at = LEGACY_MAGIC.length;
  const next = (): PyValue => {
    const { root, end } = readPickleAt(bytes, at, reading, hooks);
    at = end;
    return root;
  };
  const version = next();
  if (!isType(version, 'int') || version.value !== PROTOCOL)
    throw corrupt(at, describeValue(version), `the protocol ${PROTOCOL}`);
  const system = next();
  if (isType(system, 'dict') && dictGet(system, 'little_endian') === false)
    throw corrupt(at, 'numbers of a big-endian machine', 'little-endian ones');
  const root = next();
  const keys = next();
  if (!isType(keys, 'list')) throw corrupt(at, describeValue(keys), 'the keys of the storages');
  const sizes = storageSizes(root, budget);
  const storages = new Map<string, Uint8Array>();
  const cursor = new ByteCursor(bytes, at);
  for (const key of keys.items) {
    const size = typeof key === 'string' ? sizes.get(key) : undefined;
    if (typeof key !== 'string' || storages.has(key))
      throw corrupt(cursor.offset, describeValue(key), 'keys, each once');
    const count = cursor.u64('a storage');
    // What no tensor of the value uses has no known size: nothing behind it can be found.
    if (size === undefined)
      throw corrupt(cursor.offset, `a storage ${JSON.stringify(key)} that nothing uses`, 'storages in use');
    storages.set(key, cursor.take(count * size, 'a storage'));
  }
  return {
    root,
    globals: knownNames(globals.list),
    budget,
    storage: (key) => {
      const found = storages.get(key);
      if (found === undefined)
        throw corrupt(0, `no storage ${JSON.stringify(key.slice(0, 40))}`, 'each storage');
      return found;
    },
  };
}

/** Bytes an element of each storage that a value uses. */
function storageSizes(root: PyValue, budget: ReadBudget): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  const seen = new Set<object>();
  const open: PyValue[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array || seen.has(value))
      continue;
    seen.add(value);
    budget.charge(16, 'a pickle', 0);
    if (value.type === 'dict') open.push(...value.entries.flat());
    if (value.type === 'list' || value.type === 'tuple' || value.type === 'set') open.push(...value.items);
    if (value.type !== 'object') continue;
    open.push(...value.args, value.state, ...value.items, ...value.entries.flat());
    const [cls, key] = value.args;
    if (value.cls.name === '<storage>' && isType(cls, 'global') && typeof key === 'string')
      sizes.set(key, SIZES.get(cls.name) ?? 1);
  }
  return sizes;
}

const SIZES: ReadonlyMap<string, number> = new Map([
  ['DoubleStorage', ELEMENT_SIZE.float64],
  ['FloatStorage', ELEMENT_SIZE.float32],
  ['HalfStorage', ELEMENT_SIZE.float16],
  ['BFloat16Storage', 2],
  ['LongStorage', ELEMENT_SIZE.int64],
  ['IntStorage', ELEMENT_SIZE.int32],
  ['ShortStorage', ELEMENT_SIZE.int16],
  ['ComplexFloatStorage', 8],
  ['ComplexDoubleStorage', 16],
]);

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: 'a file of torch.save', offset, found, wanted });

/** Names that this reader understands. Others of torch keep what the pickle machine says of them. */
const KNOWN =
  /^torch(?:\.(?:_utils|_tensor)\._rebuild_\w+|\.\w*Storage|\.storage\.\w*Storage|\.Size|\.device|\.u?int\d*|\.bool|\.b?float\d*|\.nn\.(?:modules|parameter)\.[\w.]+|\.nn\.functional\.\w+|\._C\._nn\.gelu|\.\w*relu|\.(?:tanh|sigmoid))$/;

const knownNames = (globals: readonly NamedGlobal[]): readonly NamedGlobal[] =>
  globals.map((global) =>
    KNOWN.test(`${global.module}.${global.name}`) ? { ...global, meaning: 'known' } : global,
  );
