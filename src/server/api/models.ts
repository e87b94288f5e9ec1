/** Models and the aliases of their versions. */
import { Type } from 'typebox';
import { MODEL_VIEW } from '../../control/view-schemas.ts';
import { ALIAS_NAME } from '../../registry/catalog/catalog-curation.ts';
import {
  closed,
  NAME,
  operation,
  PAGE,
  pageRequest,
  pageSchemaOf,
  REASON,
  VERSION_NUMBER,
} from './operation.ts';

const ALIAS = { model: NAME, alias: Type.String({ pattern: ALIAS_NAME.source }) };

export const MODELS = [
  operation({
    method: 'GET',
    path: '/models',
    summary: 'Models and their newest versions',
    query: PAGE,
    answer: pageSchemaOf(MODEL_VIEW),
    handle: ({ control, query }) => control.models(pageRequest(query)),
  }),
  operation({
    method: 'GET',
    path: '/models/{model}',
    summary: 'One model',
    params: { model: NAME },
    answer: MODEL_VIEW,
    handle: ({ control, params }) => control.model(params.model),
  }),
  operation({
    method: 'PUT',
    path: '/models/{model}/aliases/{alias}',
    summary: 'Lets an alias name a version',
    params: ALIAS,
    body: closed({ version: VERSION_NUMBER, reason: REASON }),
    answer: MODEL_VIEW,
    async handle({ control, params, body, actor }) {
      await control.setAlias(params.model, params.alias, body.version, actor);
      return control.model(params.model);
    },
  }),
  operation({
    method: 'DELETE',
    path: '/models/{model}/aliases/{alias}',
    summary: 'Removes an alias',
    params: ALIAS,
    answer: MODEL_VIEW,
    async handle({ control, params, actor }) {
      await control.setAlias(params.model, params.alias, null, actor);
      return control.model(params.model);
    },
  }),
];
