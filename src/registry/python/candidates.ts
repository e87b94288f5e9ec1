import type { ModelDescriptionReply } from '../../engine/python/messages.ts';
import { columnNames } from '../../model/column-names.ts';
import type { ModelContent } from '../../model/description.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { signatureOfDescribed } from './described-signature.ts';
import { signatureOfRows } from './golden-rows.ts';
import { tensorSignaturesOf } from './tensor-rows.ts';

/** What rows a model may take, by everyone who says anything about it. Pure. */

export interface SignatureCandidate {
  readonly signature: Signature;
  /** The compiled model whose rows these are: its own thresholds make a better example. */
  readonly content: ModelContent | null;
}

/** What is known of a model and its rows. */
export interface SignatureHints {
  /** As the folder says. */
  readonly stated: Signature | null;
  /** What the file says as data. */
  readonly content: ModelContent | null;
  readonly described: ModelDescriptionReply;
  /** A body of golden rows, or null where there are none. */
  readonly rows: unknown;
  /** Whether a script takes the rows before any model does. */
  readonly hasScript: boolean;
}

/**
 * In the order of how much it is worth to know it from there. A script sees rows as the golden ones are written, and what
 * the model behind it takes says little; golden rows with names say that names matter, whatever the model kept of them.
 */
export function candidatesFor({
  stated,
  content,
  described,
  rows,
  hasScript,
}: SignatureHints): readonly SignatureCandidate[] {
  const tensors = rows === null ? [] : tensorSignaturesOf(rows);
  const golden = rows === null || tensors.length > 0 ? null : signatureOfRows(rows);
  const plain = (signature: Signature | null): SignatureCandidate | null =>
    signature && { signature, content: null };
  const compiled = content && {
    signature: hasScript ? withoutBounds(content.signature) : content.signature,
    content,
  };
  const guesses = (
    hasScript
      ? [plain(golden), ...tensors.map(plain), compiled, plain(signatureOfDescribed(described))]
      : [compiled, plain(signatureOfDescribed(described)), plain(golden), ...tensors.map(plain)]
  ).filter((candidate) => candidate !== null);
  const isNamed = ({ signature }: SignatureCandidate): boolean => columnNames(signature) !== null;
  const ordered =
    golden !== null && columnNames(golden) !== null
      ? [...guesses.filter(isNamed), ...guesses.filter((guess) => !isNamed(guess))]
      : guesses;
  return stated === null ? ordered : [{ signature: stated, content: null }, ...ordered];
}

/** What bounds the model's own columns does not bound what a script takes. */
function withoutBounds(signature: Signature): Signature {
  if (signature.form === 'tensors') return signature;
  const columns = signature.columns.map(
    ({ name, named, type }): ColumnSpec => ({ name, named, type, nullable: true }),
  );
  return { ...signature, columns, outputs: [], classes: null };
}

/**
 * Whether a frame is worth a try: where names are known, and the model neither says that it knows them nor that it wants
 * something else than a table. Old releases of scikit-learn keep no names, own transformers often keep nothing.
 */
export const mayTakeFrames = ({ form, inputs, call }: ModelDescriptionReply): boolean =>
  form === 'model' &&
  (inputs === null || inputs.form === 'table') &&
  (call === null || call.container === 'array');
