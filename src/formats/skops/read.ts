import { truncate } from '../../text/truncate.ts';
import type { ByteSource, ReadContext } from '../format.ts';
import type { DocumentValue } from '../json/document.ts';
import { readJson } from '../json/read.ts';
import type { ObjectFile } from '../object-file.ts';
import { checkGraph } from '../pickle/graph.ts';
import { notesOf, startReading } from '../pickle/read.ts';
import { wholeFile } from '../whole-file.ts';
import { ZipArchive } from '../zip/archive.ts';
import * as arrays from './arrays.ts';
import * as containers from './containers.ts';
import { corruptSkops, SkopsNode } from './node.ts';
import * as objects from './objects.ts';
import { type NodeReader, SkopsReading } from './reading.ts';

const SCHEMA = 'schema.json';
const WHAT = `${SCHEMA} of a skops file`;
/** Protocols 0 (up to skops 0.5), 1 (0.6 to 0.9) and 2. */
const NEWEST_PROTOCOL = 2;

/** Kinds of nodes by the name of what rebuilds them, as skops 0.3 to 0.16 write them. */
const READERS: ReadonlyMap<string, NodeReader> = new Map<string, NodeReader>([
  ['JsonNode', containers.readJsonNode],
  ['DictNode', containers.readDictNode],
  ['DefaultDictNode', containers.readWrappedDictNode],
  ['_DictWithDeprecatedKeysNode', containers.readWrappedDictNode],
  ['ListNode', containers.readListNode],
  ['TupleNode', containers.readTupleNode],
  ['SetNode', containers.readSetNode],
  ['SliceNode', containers.readSliceNode],
  ['BytesNode', containers.readBytesNode],
  ['BytearrayNode', containers.readBytesNode],
  ['NdArrayNode', arrays.readNdArrayNode],
  ['MaskedArrayNode', arrays.readMaskedArrayNode],
  ['DTypeNode', arrays.readDTypeNode],
  ['SparseMatrixNode', arrays.readSparseMatrixNode],
  ['ObjectNode', objects.readObjectNode],
  ['ConstructorFromReduceNode', objects.readConstructorNode],
  ['TreeNode', objects.readTreeNode],
  ['LossNode', objects.readLossNode],
  ['SGDNode', objects.readLossNode],
  ['QuantileForestNode', objects.readQuantileForestNode],
  ['TypeNode', objects.readTypeNode],
  ['FunctionNode', objects.readFunctionNode],
  ['MethodNode', objects.readMethodNode],
  ['PartialNode', objects.readPartialNode],
  ['OperatorFuncNode', objects.readOperatorNode],
  ['RandomStateNode', objects.readRandomStateNode],
  ['RandomGeneratorNode', objects.readRandomGeneratorNode],
]);

/** The first file of an archive that skops wrote: arrays are called by the id of their object, bytes by a UUID. */
const FIRST_FILE = /^(?:\d{1,20}\.np[yz]|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.bin|schema\.json)$/;
const LOCAL_HEADER = 30;

/** Whether the first bytes are those of a zip archive whose first file is one of skops. */
export function isSkopsFile(head: Uint8Array): boolean {
  if (![0x50, 0x4b, 3, 4].every((byte, i) => head[i] === byte)) return false;
  const length = (head[26] ?? 0) + 256 * (head[27] ?? 0);
  const name = String.fromCharCode(
    ...head.subarray(LOCAL_HEADER, Math.min(LOCAL_HEADER + length, head.length)),
  );
  return FIRST_FILE.test(name);
}

/**
 * Reads a skops file (https://skops.readthedocs.io/en/stable/persistence.html) as data, into the values that a pickle of the
 * same object gives. No list of trusted types is needed: nothing is imported or called.
 * Errors: READ_TRUNCATED, READ_CORRUPT, READ_LIMIT, READ_UNSAFE, each with the place in the archive or in schema.json.
 */
export function readSkopsFile(source: ByteSource, context: ReadContext): ObjectFile {
  const { budget, globals } = startReading(context);
  const archive = new ZipArchive(wholeFile(source, budget), context.codecs, budget);
  const bytes = archive.read(SCHEMA);
  budget.charge(bytes.length, WHAT, 0);
  const schema = readJson(bytes, WHAT, budget);
  const writer = writerOf(schema);
  const reading = new SkopsReading({ archive, budget, globals, readers: READERS, codecs: context.codecs });
  const root = reading.value(schema, 0);
  checkGraph(root, budget, 0);
  const names = globals.list;
  const notes = [{ level: 'info' as const, text: writer }, ...notesOf(names)];
  const { iterations } = context;
  return { format: 'skops', compression: null, root, globals: names, notes, budget, iterations };
}

/** The release that wrote the file. Throws READ_UNSAFE for a protocol that may say something else by the same words. */
function writerOf(schema: DocumentValue): string {
  const node = new SkopsNode(schema, 0);
  const [protocol, version] = [node.get('protocol'), node.get('_skops_version')];
  if (typeof protocol !== 'number' || !Number.isInteger(protocol) || protocol < 0)
    throw corruptSkops(node.offset, 'no protocol', `the protocol, 0 to ${NEWEST_PROTOCOL}`);
  if (protocol > NEWEST_PROTOCOL)
    throw node.unsafe(`by protocol ${protocol}, which is newer than the ${NEWEST_PROTOCOL} that is read`);
  const release =
    typeof version === 'string' && /^[\w.+-]+$/.test(version) ? ` ${truncate(version, 30)}` : '';
  return `Written by skops${release} (protocol ${protocol})`;
}
