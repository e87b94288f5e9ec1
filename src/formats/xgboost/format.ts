import type { ModelDescription } from '../../model/description.ts';
import { ReadBudget } from '../budget.ts';
import type { ByteSource, FileFormatReader, ReadContext } from '../format.ts';
import { looksBinary, readBinaryBooster } from './binary.ts';
import { describeBooster } from './describe.ts';
import { readJsonBooster, readUbjBooster } from './read-booster.ts';

const TEXT = new TextDecoder('latin1');

/** The bytes of a file, charged against what may be read. */
function bytesOf(source: ByteSource, budget: ReadBudget): Uint8Array {
  budget.check('fileBytes', source.size, `"${source.name}"`, 0);
  return source.slice(0, source.size);
}

/** `save_model('….json')`: an object whose first key, after what was sorted before it, is "learner" or "version". */
export const xgboostJsonFormat: FileFormatReader = {
  id: 'xgboost-json',
  match: (head) =>
    /^\s*\{\s*"(?:(?:learner|Config|Model)"\s*:\s*\{|version"\s*:\s*\[)/.test(TEXT.decode(head)),
  read: (source: ByteSource, context: ReadContext): ModelDescription => {
    const budget = new ReadBudget(context);
    const model = readJsonBooster(bytesOf(source, budget), budget);
    return describeBooster(model, 'xgboost-json', context, budget);
  },
};

/** `save_model('….ubj')`: an object of UBJSON, whose keys have lengths of eight bytes. */
export const xgboostUbjFormat: FileFormatReader = {
  id: 'xgboost-ubj',
  match: (head) => /^\{L\0{7}.(?:learner|version|Config|Model)/s.test(TEXT.decode(head)),
  read: (source: ByteSource, context: ReadContext): ModelDescription => {
    const budget = new ReadBudget(context);
    const model = readUbjBooster(bytesOf(source, budget), budget);
    return describeBooster(model, 'xgboost-ubj', context, budget);
  },
};

/** `save_model` to any other name up to 2.0, and to `.deprecated` up to 3.0: structs as they stood in memory. */
export const xgboostBinaryFormat: FileFormatReader = {
  id: 'xgboost-binary',
  match: looksBinary,
  read: (source: ByteSource, context: ReadContext): ModelDescription => {
    const budget = new ReadBudget(context);
    const model = readBinaryBooster(bytesOf(source, budget), budget);
    return describeBooster(model, 'xgboost-binary', context, budget);
  },
};
