/** What becomes of a file that is uploaded, before and after. Pure. */
import type { EndpointView, ModelView, VersionView } from '../../api/generated/control-api.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** What is wrong with the name of a model; null where nothing is. */
export function nameProblem(name: string): string | null {
  if (name === '') return 'Name the model.';
  return NAME.test(name)
    ? null
    : 'A model’s name has up to 100 letters, digits, “.”, “_” or “-”, and begins with a letter or a digit.';
}

const serves = (model: string, endpoints: readonly EndpointView[]): EndpointView | undefined =>
  endpoints.find((one) => one.model === model);

/** What happens once its checks have passed. */
export function arrivalWords(
  model: string,
  models: readonly ModelView[],
  endpoints: readonly EndpointView[],
): string {
  const latest = models.find(({ name }) => name === model)?.latest;
  const endpoint = serves(model, endpoints);
  if (latest === undefined)
    return `${model} is a new model. Its first version becomes the endpoint ${model} as soon as its checks pass, and answers everybody there: there is nothing to compare it with.`;
  if (endpoint === undefined)
    return `No version of ${model} answers yet. This one becomes the endpoint ${model} as soon as its checks pass: there is nothing to compare it with.`;
  return `It becomes version ${latest.version + 1} of ${model}. Version ${endpoint.stable} goes on answering everybody at ${endpoint.name} until you choose how the new one gets its traffic.`;
}

/** Whether the bytes were a version before they were sent: `newest` is the number of the newest one then. */
export type Earlier = 'ready' | 'proved again' | null;

export function earlierOf(
  { version, state }: Pick<VersionView, 'version' | 'state'>,
  newest: number,
): Earlier {
  if (version > newest) return null;
  return state === 'ready' ? 'ready' : 'proved again';
}

/** How it came out, in a sentence or two. */
export function outcomeWords(
  { model, version, state }: VersionView,
  earlier: Earlier,
  endpoints: readonly EndpointView[],
): string {
  const own = endpoints.filter((one) => one.model === model);
  switch (state) {
    case 'validating':
      return earlier === 'proved again'
        ? `The same bytes are version ${version} of ${model} already, which was not ready: they are checked again.`
        : `Version ${version} of ${model} is being checked. It answers nobody meanwhile.`;
    case 'refused':
      return `Version ${version} of ${model} was refused. Nothing has changed for callers.`;
    case 'archived':
      return `Version ${version} of ${model} is archived: it answers nobody until it is taken back.`;
  }
  const first = own.find(({ stable, previous }) => stable === version && previous === null);
  const same = earlier === 'ready' ? 'These bytes were uploaded before: they are the same version. ' : '';
  if (first !== undefined)
    return `${same}Version ${version} answers everybody at the endpoint ${first.name}: it is the first, and there was nothing to compare it with.`;
  const answers = own.find(({ stable }) => stable === version);
  if (answers !== undefined)
    return `${same}Version ${version} of ${model} answers everybody at ${answers.name}.`;
  const rolling = own.find(({ rollout }) => rollout?.candidate === version);
  if (rolling !== undefined)
    return `${same}Version ${version} of ${model} is being rolled out at ${rolling.name}.`;
  return `${same}Version ${version} of ${model} is ready. It answers nobody yet.`;
}
