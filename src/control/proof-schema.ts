/** What is told of a file while it is proved. */
import {
  anyInteger,
  anyText,
  choice,
  described,
  flag,
  list,
  nullable,
  schemaOf,
  shape,
} from '../schema/value-schema.ts';
import { VERSION_VIEW } from './view-schemas.ts';

const FILE_FACTS = described(
  shape({
    format: anyText,
    compression: nullable(anyText),
    framework: shape({ name: anyText, version: nullable(anyText) }),
    estimators: list(shape({ depth: anyInteger, name: anyText, class: anyText })),
    moreEstimators: anyInteger,
    understood: described(anyInteger, 'Names in it that are read as data'),
    foreign: described(
      list(
        shape(
          {
            module: anyText,
            name: anyText,
            offset: anyInteger,
            meaning: choice(['known', 'unknown', 'dangerous']),
          },
          { called: schemaOf<true>({ const: true }) },
        ),
      ),
      'Names that only Python could follow; those that run code come first',
    ),
    moreForeign: anyInteger,
    compiles: described(flag, 'Whether all of it is understood as data'),
    columns: described(nullable(anyInteger), 'null of tensors, and where nothing says it'),
    outputs: list(anyText),
    notes: list(shape({ level: choice(['info', 'warning', 'risk']), text: anyText })),
  }),
  'What the file is, as far as reading it as data tells; each list is cut at a length',
);

export const PROOF_VIEW = shape({
  version: VERSION_VIEW,
  stage: described(nullable(anyText), 'What is being done; null once it is over'),
  facts: described(
    nullable(FILE_FACTS),
    'null before it was read, and where the server that answers has not proved it lately',
  ),
});
