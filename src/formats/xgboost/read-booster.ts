import type { ReadBudget } from '../budget.ts';
import { readJson } from '../json/read.ts';
import { looksBinary, readBinaryBooster } from './binary.ts';
import type { BoosterModel } from './booster.ts';
import { boosterUnsupported } from './failure.ts';
import { readBoosterDocument } from './read-document.ts';
import { readUbjson } from './ubjson.ts';

const BRACE = 0x7b;
const LENGTH = 0x4c;

/** The booster in a buffer (`Booster.__getstate__`): UBJSON, JSON or binary, by the release that wrote it. */
export function readBoosterBytes(bytes: Uint8Array, budget: ReadBudget): BoosterModel {
  if (bytes[0] === BRACE)
    return readBoosterDocument(
      bytes[1] === LENGTH ? readUbjson(bytes, budget) : readJson(bytes, 'a JSON document', budget, 'loose'),
    );
  if (looksBinary(bytes)) return readBinaryBooster(bytes, budget);
  const found = `${bytes.length} bytes of an unknown format`;
  throw boosterUnsupported(
    { path: 'handle', offset: 0 },
    'the buffer',
    found,
    'JSON, UBJSON and the binary format are',
  );
}
