import { keysOf, recordOf } from '../core/record.ts';

interface Limit {
  readonly value: number;
  /** The weakness that the limit stops. */
  readonly stops: string;
}

const MIB = 2 ** 20;

/**
 * The one table of limits on untrusted files, each with the weakness it stops: what a file of up to 32 MiB is read within,
 * below 512 MB of memory and five seconds. Those on size, counts and time grow with the file (`limitsForModel`).
 */
export const LIMITS = {
  fileBytes: { value: 256 * MIB, stops: 'a file that alone fills the memory' },
  decompressedBytes: { value: 256 * MIB, stops: 'decompression bombs' },
  decompressionRatio: {
    value: 200,
    stops: 'decompression bombs in small files (checked above 32 MiB of output)',
  },
  totalBytes: { value: 320 * MIB, stops: 'many allocations that together fill the memory' },
  objectBytes: { value: 320 * MIB, stops: 'floods of small objects, which take many times their bytes' },
  cpuMs: { value: 4500, stops: 'files that are slow rather than large' },
  opcodes: { value: 50_000_000, stops: 'endless pickle programs' },
  memo: { value: 5_000_000, stops: 'memo bombs' },
  marks: { value: 1000, stops: 'MARK nesting' },
  depth: { value: 1000, stops: 'nesting that overflows the stack of whoever walks the values' },
  unfolded: { value: 50_000_000, stops: 'shared references that unfold exponentially (DUP and memo bombs)' },
  stringBytes: { value: 64 * MIB, stops: 'one huge string' },
  lineBytes: { value: MIB, stops: 'numbers and names in text that have no end' },
  longBytes: { value: 4096, stops: 'integers whose conversion takes quadratic time' },
  nameChars: { value: 256, stops: 'absurd module and attribute names' },
  globals: { value: 100_000, stops: 'floods of named globals' },
  dimensions: { value: 64, stops: 'arrays of absurd rank' },
  arrayElements: { value: 2 ** 31, stops: 'shapes whose product overflows' },
  arrayBytes: { value: 256 * MIB, stops: 'arrays larger than their file' },
  dtypeFields: { value: 4096, stops: 'record types of absurd width' },
  nestedPickles: { value: 100_000, stops: 'floods of nested pickles' },
  nesting: { value: 8, stops: 'pickles nested in pickles' },
  members: { value: 500_000, stops: 'floods of files in an archive' },
  hdf5Structures: {
    value: 1_000_000,
    stops: 'HDF5 files whose structures lead in circles or are as many as bytes',
  },
  layerCalls: { value: 20_000, stops: 'graphs of layers that unfold exponentially' },
  sideFiles: { value: 10_000, stops: 'floods of side files' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** Named limits in force for one reading. */
export type ReadLimits = Readonly<Record<LimitName, number>>;

export const DEFAULT_LIMITS: ReadLimits = recordOf(keysOf(LIMITS), (name) => LIMITS[name].value);

/** Share of the memory of a machine or container that the reading of one file may take. */
const SHARE = 0.5;
/** Memory that reading takes, by the bytes of the file: itself, and what is made of it. */
const COPIES = 4;
/** What a compressed file is taken to grow by at most, and with what is made of that: by the bytes of the file. */
const GROWTH = 8;
const GROWN_COPIES = 10;
/** Milliseconds of computing a byte: 10 MB/s, which the slowest of the codecs keeps several times over. */
const MILLIS_A_BYTE = 1e-4;

/** What is left for small objects beside a large file, whose numbers are what makes it large. */
const FEWEST_OBJECTS = 64 * MIB;

/** Counts and sizes of parts, which grow in proportion where a file is larger than the default one. */
const SCALED: readonly LimitName[] = ['decompressionRatio', 'opcodes', 'memo', 'unfolded', 'stringBytes'];

/** What is to be read, and where. */
export interface ReadingSize {
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of memory that the machine or container has. */
  readonly memory: number;
  /** Largest file that is trusted, in bytes, in place of what the memory allows. */
  readonly maxModel?: number | undefined;
}

/** Bytes of memory that the reading of one file may take, of so many that there are. */
export const readingMemory = (memory: number): number => Math.floor(memory * SHARE);

/** Bytes of memory that reading a file is taken to need. */
export const neededToRead = (size: number): number => size * COPIES;

/** The largest file that is read where nobody says more: half of the memory holds it and what is made of it. */
export const largestModel = (memory: number): number => Math.floor(readingMemory(memory) / COPIES);

/**
 * Limits for a file: structure is bounded as ever, sizes and time grow with what is read (or with `maxModel`, for somebody
 * trusts files of that size), and all of it stays below what the memory allows.
 */
export function limitsForModel({ size, memory, maxModel }: ReadingSize): ReadLimits {
  const trusted = Math.max(size, maxModel ?? 0);
  const factor = Math.max(1, trusted / (256 * MIB));
  const scaled = SCALED.map((name) => [name, Math.ceil(LIMITS[name].value * factor)] as const);
  const most = maxModel === undefined ? readingMemory(memory) : Infinity;
  const given = Math.max(1, (maxModel ?? 0) / LIMITS.fileBytes.value);
  const objects = Math.max(FEWEST_OBJECTS, LIMITS.objectBytes.value - size);
  const within = (name: LimitName, bytes: number): number =>
    Math.min(most, Math.max(LIMITS[name].value, bytes));
  return {
    ...DEFAULT_LIMITS,
    ...Object.fromEntries(scaled),
    fileBytes: maxModel ?? largestModel(memory),
    decompressedBytes: within('decompressedBytes', GROWTH * trusted),
    arrayBytes: within('arrayBytes', GROWTH * trusted),
    totalBytes: within('totalBytes', GROWN_COPIES * trusted),
    objectBytes: Math.ceil(given * objects),
    cpuMs: LIMITS.cpuMs.value + Math.ceil(MILLIS_A_BYTE * trusted),
  };
}
