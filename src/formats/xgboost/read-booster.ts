import type { ReadBudget } from '../budget.ts';
import type { DocumentValue } from '../json/document.ts';
import { readJson } from '../json/read.ts';
import { looksBinary, readBinaryBooster } from './binary.ts';
import type { BoosterModel } from './booster.ts';
import { boosterUnsupported } from './failure.ts';
import { neededOfTree, readBoosterDocument } from './read-document.ts';
import { readUbjson } from './ubjson.ts';

const BRACE = 0x7b;
const LENGTH = 0x4c;

/** Of a file of JSON. */
export const readJsonBooster = (bytes: Uint8Array, budget: ReadBudget): BoosterModel => {
  const options = { dialect: 'loose', needed: neededWith(budget) } as const;
  return readBoosterDocument(readJson(bytes, 'a JSON document', budget, options), budget.covers);
};

/** Of a file of UBJSON. */
export const readUbjBooster = (bytes: Uint8Array, budget: ReadBudget): BoosterModel =>
  readBoosterDocument(readUbjson(bytes, budget, neededWith(budget)), budget.covers);

const neededWith =
  ({ covers }: ReadBudget) =>
  (fields: ReadonlyMap<string, DocumentValue>): readonly string[] | null =>
    neededOfTree(fields, covers);

/** The booster in a buffer (`Booster.__getstate__`): UBJSON, JSON or binary, by the release that wrote it. */
export function readBoosterBytes(bytes: Uint8Array, budget: ReadBudget): BoosterModel {
  if (bytes[0] === BRACE)
    return bytes[1] === LENGTH ? readUbjBooster(bytes, budget) : readJsonBooster(bytes, budget);
  if (looksBinary(bytes)) return readBinaryBooster(bytes, budget);
  const found = `${bytes.length} bytes of an unknown format`;
  throw boosterUnsupported(
    { path: 'handle', offset: 0 },
    'the buffer',
    found,
    'JSON, UBJSON and the binary format are',
  );
}
