import { expect, test } from 'vitest';
import type { EndpointView, NewRollout, RolloutView, VersionView } from '../control/port.ts';
import { PlimsollError } from '../core/errors.ts';
import { type AddVersion, type RegistrationProgress, registerFiles, rollOut, SERVE } from './registration.ts';

const file = (name: string, found = false) => ({ name, path: `/models/${name}.joblib`, found });
const view = (model: string, version = 1, state: VersionView['state'] = 'ready'): VersionView =>
  ({ model, version, state }) as VersionView;
const broken = new PlimsollError('READ_CORRUPT', { what: 'a pickle', offset: 0, found: 'x', wanted: 'y' });

const add: AddVersion = async (model, _source, onStage) => {
  onStage('proving');
  if (model === 'broken') throw broken;
  return view(model, 1, model === 'odd' ? 'archived' : 'ready');
};

async function registered(...files: readonly ReturnType<typeof file>[]) {
  const said: RegistrationProgress[] = [];
  const versions = await registerFiles(add, { files }, (progress) => said.push(progress));
  return { models: versions.map(({ model }) => model), said };
}

test('a file out of a folder that is refused is left out, and said', async () => {
  const { models, said } = await registered(file('a', true), file('broken', true), file('b', true));
  expect(models).toEqual(['a', 'b']);
  expect(said.filter(({ kind }) => kind === 'note')).toEqual([
    { kind: 'note', text: `Left out /models/broken.joblib: ${broken.message}` },
  ]);
  expect(said.slice(0, 2)).toEqual([
    { kind: 'stage', file: 'a.joblib', stage: 'proving' },
    { kind: 'done', file: 'a.joblib' },
  ]);
});

test('a file that was named is refused with its own error, also among others', async () => {
  await expect(registered(file('broken'))).rejects.toBe(broken);
  await expect(registered(file('a'), file('broken'))).rejects.toBe(broken);
  await expect(registered(file('odd'))).rejects.toMatchObject({ code: 'VERSION_STATE' });
});

test('a folder of which nothing is left ends with the last refusal', async () => {
  await expect(registered(file('broken', true))).rejects.toBe(broken);
});

/** A control plane with one endpoint `m`. */
function controlOf(endpoint: Partial<EndpointView>, before: readonly Partial<RolloutView>[] = []) {
  const begun: NewRollout[] = [];
  const control = {
    endpoint: async () => ({ name: 'm', stable: 1, rollout: null, ...endpoint }) as EndpointView,
    rollouts: async () => ({ items: before as RolloutView[], next: null }),
    startRollout: async (_endpoint: string, rollout: NewRollout) => {
      begun.push(rollout);
      return {} as RolloutView;
    },
  };
  return { control, begun };
}

test('the version that answers, or whose rollout runs, is nothing new', async () => {
  for (const endpoint of [{ stable: 2 }, { rollout: { candidate: 2 } as RolloutView }]) {
    const { control, begun } = controlOf(endpoint);
    expect(await rollOut(control, [view('m', 2)], { strategyOf: () => 'canary', actor: SERVE })).toEqual(
      new Map(),
    );
    expect(begun).toEqual([]);
  }
});

test.each(['canary', 'immediate'] as const)('a new version gets its %s rollout', async (strategy) => {
  const { control, begun } = controlOf({});
  expect(await rollOut(control, [view('m', 2)], { strategyOf: () => strategy, actor: SERVE })).toEqual(
    new Map(),
  );
  expect(begun).toEqual([{ candidate: 2, strategy }]);
});

test.each([
  [
    'waits for the rollout that runs',
    { rollout: { candidate: 3 } as RolloutView },
    [],
    /version 2 waits, .*version 3/,
  ],
  [
    'is not tried again',
    {},
    [{ candidate: 2, state: 'rolled-back' as const }],
    /whose rollout was rolled-back/,
  ],
  [
    'is not rolled out where it is older',
    { stable: 3 },
    [],
    /older than version 3.*`plimsoll rollback m --to 2`/,
  ],
])('a version %s, and it is said how a person goes on', async (_, endpoint, before, said) => {
  const { control, begun } = controlOf(endpoint, before);
  const notes = await rollOut(control, [view('m', 2)], { strategyOf: () => 'immediate', actor: SERVE });
  expect(notes.get('m')).toMatch(said);
  expect(begun).toEqual([]);
});

test.each([
  ['dies', 3, null],
  ['lives', Infinity, /another process owns the rollouts of this store: ask that one/],
])('where another process owns the rollouts and %s, its time is waited for', async (_, refusals, said) => {
  const { control, begun } = controlOf({});
  let [asked, waited] = [0, 0];
  const shared = {
    ...control,
    startRollout: async (endpoint: string, rollout: NewRollout) => {
      if (asked++ < refusals)
        throw new PlimsollError('ROLLOUTS_UNOWNED', { reason: 'another one owns them' });
      return control.startRollout(endpoint, rollout);
    },
  };
  const wait = async (millis: number): Promise<void> => {
    waited += millis;
  };
  const notes = await rollOut(shared, [view('m', 2)], { strategyOf: () => 'canary', actor: SERVE, wait });
  if (said) expect(notes.get('m')).toMatch(said);
  else expect(begun).toEqual([{ candidate: 2, strategy: 'canary' }]);
  expect(waited).toBe(said ? 12_000 : 1500);
});
