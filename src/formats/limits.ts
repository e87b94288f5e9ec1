import { keysOf, recordOf } from '../core/record.ts';

interface Limit {
  readonly value: number;
  /** The weakness that the limit stops. */
  readonly stops: string;
}

const MIB = 2 ** 20;

/**
 * The one table of limits on untrusted files, each with the weakness it stops. Together they keep the reading of any
 * file below 512 MB of memory and five seconds, or below twice its size and 128 MB where it is larger than 192 MB of
 * numbers alone; those on size and time grow with `--max-model` for a trusted file.
 */
export const LIMITS = {
  fileBytes: { value: 256 * MIB, stops: 'a file that alone fills the memory' },
  decompressedBytes: { value: 256 * MIB, stops: 'decompression bombs' },
  decompressionRatio: {
    value: 200,
    stops: 'decompression bombs in small files (checked above 32 MiB of output)',
  },
  totalBytes: { value: 320 * MIB, stops: 'many small allocations that together fill the memory' },
  wallMs: { value: 4500, stops: 'files that are slow rather than large' },
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
  sideFiles: { value: 10_000, stops: 'floods of side files' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** Named limits in force for one reading. */
export type ReadLimits = Readonly<Record<LimitName, number>>;

export const DEFAULT_LIMITS: ReadLimits = recordOf(keysOf(LIMITS), (name) => LIMITS[name].value);

/** Limits that grow with the largest file a user wants read. */
const SCALED: readonly LimitName[] = [
  'fileBytes',
  'decompressedBytes',
  'decompressionRatio',
  'totalBytes',
  'wallMs',
  'opcodes',
  'memo',
  'unfolded',
  'stringBytes',
  'arrayBytes',
];

/**
 * Limits for trusted files of up to `bytes`: those that bound sizes and time, in proportion; the rest as they are. For
 * sizes up to the default the default.
 */
export function limitsForModel(bytes: number): ReadLimits {
  const factor = Math.max(1, bytes / LIMITS.fileBytes.value);
  const scaled = SCALED.map((name) => [name, Math.ceil(LIMITS[name].value * factor)] as const);
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(scaled) };
}
