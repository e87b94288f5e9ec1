/** The thread that reads a file: the program's own readers, without a server. It ends with its page, or when it is told to. */
import { isPlimsollError } from '../../../src/core/errors.ts';
import { examineFile } from '../../../src/examine/examined-file.ts';
import { bz2 } from '../../../src/formats/codecs/bz2.ts';
import { lz4 } from '../../../src/formats/codecs/lz4.ts';
import { lzma } from '../../../src/formats/codecs/lzma.ts';
import { xz } from '../../../src/formats/codecs/xz.ts';
import type { OutlinedModel } from '../../../src/outline/model-outline.ts';
import { describeFile } from '../../../src/reading/describe-file.ts';
import { bytesOf } from './file-bytes.ts';
import { INFLATE } from './inflate.ts';
import type { Asked, Told, ToldError } from './messages.ts';

const CODECS = [...INFLATE, bz2, lzma, xz, lz4];
/** Milliseconds between two words on how far it is. */
const TOLD_EVERY = 100;

let model: OutlinedModel | null = null;

const tell = (told: Told): void => postMessage(told);

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  try {
    if (data.kind === 'read') read(data);
    else if (model !== null)
      tell({ kind: 'tree', question: data.question, part: model.tree(data.question.step, data.question) });
  } catch (error) {
    tell({ kind: 'failed', error: toldOf(error) });
  }
});

function read({ file, member, memory }: Extract<Asked, { kind: 'read' }>): void {
  model = null;
  let told = 0;
  const description = describeFile(bytesOf(file), {
    ...{ codecs: CODECS, memory, member, covers: true, now: () => performance.now() },
    onRead(share) {
      if (performance.now() - told < TOLD_EVERY) return;
      told = performance.now();
      tell({ kind: 'progress', share });
    },
  });
  const found = examineFile(file, description);
  model = found.model;
  tell({ kind: 'examined', examined: found.examined });
}

function toldOf(error: unknown): ToldError {
  if (isPlimsollError(error)) return { code: error.code, message: error.message, hint: error.hint };
  const isFull = error instanceof RangeError && /alloc|length/i.test(error.message);
  return {
    code: isFull ? 'MODEL_TOO_LARGE' : 'INTERNAL',
    message: isFull
      ? 'Cannot read the file: this tab has not got the memory for it'
      : `Cannot read the file: ${error instanceof Error ? error.message : String(error)}`,
    hint: isFull
      ? 'Read it at a terminal: plimsoll inspect FILE'
      : 'This is a fault of Plimsoll: please report it, with what wrote the file',
  };
}
