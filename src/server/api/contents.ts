/** What is in versions, and how two of them differ. Files are read by a process of its own (`registry/inspection`). */
import { Type } from 'typebox';
import {
  CERTIFICATE_VIEW,
  CONTENTS_VIEW,
  DIFFERENCE_VIEW,
  type DifferenceView,
  GOLDEN_VIEW,
  TREE_VIEW,
} from '../../control/contents-schemas.ts';
import { allows } from '../access/scopes.ts';
import { NAME, operation, PAGE, pageRequest, VERSION_NUMBER } from './operation.ts';

const ONE = { model: NAME, version: VERSION_NUMBER };
const PLACE = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 });

/** Rows kept for explanations are of people, like those of the prediction log: not for who may only look. */
function withoutKeptRows(difference: DifferenceView): DifferenceView {
  const { answers } = difference;
  if (answers?.of !== 'background') return difference;
  const worst = answers.worst.map((row) => ({ ...row, input: null }));
  return { ...difference, answers: { ...answers, worst } };
}

export const CONTENTS = [
  operation({
    method: 'GET',
    path: '/models/{model}/versions/{version}/certificate',
    summary: 'What was proved of a version, of which bytes, and what it takes and answers',
    params: ONE,
    answer: CERTIFICATE_VIEW,
    handle: ({ control, params }) => control.certificate(params.model, params.version),
  }),
  operation({
    method: 'GET',
    path: '/models/{model}/versions/{version}/contents',
    summary:
      'What is in the file of a version: steps, trees, coefficients, operators, and what Python would run',
    params: ONE,
    answer: CONTENTS_VIEW,
    handle: ({ control, params }) => control.contents(params.model, params.version),
  }),
  operation({
    method: 'GET',
    path: '/models/{model}/versions/{version}/trees/{step}/{tree}',
    summary: 'Some levels of one tree of a version',
    params: { ...ONE, step: PLACE, tree: PLACE },
    query: {
      node: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 2 ** 31 - 1,
          description: 'Node to begin with; its root by default',
        }),
      ),
      depth: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 7, default: 3, description: 'Levels below it' }),
      ),
    },
    answer: TREE_VIEW,
    handle: ({ control, params: { model, version, step, tree }, query: { node = null, depth = 3 } }) =>
      control.tree(model, version, step, { tree, node, depth }),
  }),
  operation({
    method: 'GET',
    path: '/models/{model}/versions/{version}/golden',
    summary: 'Golden rows of a version, with what it answers now; at most 100 at once',
    params: ONE,
    query: PAGE,
    answer: GOLDEN_VIEW,
    handle: ({ control, params, query }) =>
      control.goldenRows(params.model, params.version, pageRequest(query)),
  }),
  operation({
    method: 'GET',
    path: '/models/{model}/difference',
    summary: 'How one version differs from another, answers to the same rows among it',
    params: { model: NAME },
    query: { from: VERSION_NUMBER, to: VERSION_NUMBER },
    answer: DIFFERENCE_VIEW,
    async handle({ control, params, query, caller }) {
      const difference = await control.difference(params.model, query.from, query.to);
      const maySeeRows = caller === null || allows(caller.scope, 'operator');
      return maySeeRows ? difference : withoutKeptRows(difference);
    },
  }),
];
