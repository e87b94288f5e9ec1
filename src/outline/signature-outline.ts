/** What a model takes and answers, in words, however wide it is. Pure. */
import type { Static } from 'typebox';
import type { ColumnSpec, OutputSpec, Signature } from '../model/signature.ts';
import {
  anyInteger,
  anyText,
  choice,
  described,
  flag,
  list,
  nullable,
  shape,
} from '../schema/value-schema.ts';

const INPUT = shape({
  name: anyText,
  type: anyText,
  isNamed: described(flag, 'False where the file knows no name'),
  nullable: described(flag, 'A missing value is taken'),
  isIgnored: described(flag, 'No step reads it'),
  categories: described(nullable(anyInteger), 'How many are known; null where it is not one of categories'),
  firstCategories: list(anyText),
  unknown: nullable(described(choice(['error', 'ignore']), 'What another category does')),
});

const OUTPUT = shape({
  name: anyText,
  type: anyText,
  classes: described(nullable(anyInteger), 'How many; null where it has none'),
  firstClasses: list(anyText),
});

export const SIGNATURE_OUTLINE = shape({
  form: choice(['table', 'text', 'labels', 'tensors']),
  isOpen: described(flag, 'The file does not say how many columns there are'),
  inputs: list(INPUT),
  omittedInputs: anyInteger,
  outputs: list(OUTPUT),
});

export type SignatureOutline = Static<typeof SIGNATURE_OUTLINE>;

const INPUTS_MOST = 2000;
const VALUES_MOST = 12;

export function signatureOutline(signature: Signature): SignatureOutline {
  const inputs =
    signature.form === 'tensors'
      ? signature.tensors.map(({ name, dtype, shape }) => ({ ...PLAIN, name, type: typeText(dtype, shape) }))
      : signature.columns.slice(0, INPUTS_MOST).map(inputOf);
  const all = signature.form === 'tensors' ? signature.tensors.length : signature.columns.length;
  return {
    form: signature.form,
    isOpen: signature.form !== 'tensors' && signature.open === true,
    inputs: inputs.slice(0, INPUTS_MOST),
    omittedInputs: Math.max(0, all - INPUTS_MOST),
    outputs: [...signature.outputs, ...(signature.extras ?? [])].map(outputOf),
  };
}

const PLAIN = {
  ...{ isNamed: true, nullable: false, isIgnored: false, categories: null, unknown: null },
  firstCategories: [] as readonly string[],
};

const inputOf = ({ name, named, type, nullable, categories, unknown, ignored }: ColumnSpec) => ({
  ...{ name, type, isNamed: named, nullable, isIgnored: ignored === true },
  categories: categories?.length ?? null,
  firstCategories: (categories ?? []).slice(0, VALUES_MOST).map((value) => String(value ?? 'missing')),
  unknown: unknown ?? null,
});

const outputOf = ({ name, dtype, shape, classes }: OutputSpec) => ({
  ...{ name, type: typeText(dtype, shape), classes: classes?.values.length ?? null },
  firstClasses: (classes?.values ?? []).slice(0, VALUES_MOST).map(String),
});

/** `float64 [N, 3]`; a size that is not fixed is a question mark. */
const typeText = (dtype: string, shape: readonly number[]): string =>
  `${dtype} [${shape.map((size, axis) => (size >= 0 ? size : axis === 0 ? 'N' : '?')).join(', ')}]`;
