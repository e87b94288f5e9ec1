/** What a model takes and answers, in a line. Pure. */
import type { SignatureOutline } from '../api/generated/control-api.ts';
import { plural } from '../facts/words.ts';
import type { DiagramEnds } from './pipeline-layout.ts';

type Input = SignatureOutline['inputs'][number];

const FEW = 6;

export function endsOf({ form, inputs, omittedInputs, outputs, isOpen }: SignatureOutline): DiagramEnds {
  const count = inputs.length + omittedInputs;
  const names = inputs.slice(0, FEW).map(({ name }) => name);
  const told = `${names.join(', ')}${count > FEW ? ', …' : ''}`;
  return {
    input: isOpen ? 'any number of columns' : `${plural(count, FORMS[form])}: ${told}`,
    output: outputs.map(({ name }) => name).join(', '),
  };
}

const FORMS: Readonly<Record<SignatureOutline['form'], string>> = {
  table: 'column',
  text: 'text',
  labels: 'label',
  tensors: 'tensor',
};

/** What is special about an input. */
export function inputFacts({ nullable, isIgnored, categories, firstCategories, unknown }: Input): string {
  const shown = firstCategories.slice(0, FEW).join(', ');
  const more = (categories ?? 0) > FEW ? ', …' : '';
  return [
    ...(isIgnored ? ['not used by the model'] : []),
    ...(nullable && !isIgnored ? ['may be missing'] : []),
    ...(categories === null ? [] : [`${plural(categories, 'category', 'categories')}: ${shown}${more}`]),
    ...(unknown === null ? [] : [unknown === 'error' ? 'any other is refused' : 'others are ignored']),
  ].join('; ');
}
