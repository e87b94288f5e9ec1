import { expect, test } from 'vitest';
import type { LoadedVersion } from '../../registry/version.ts';
import { VersionCache } from './version-cache.ts';

function keeping(max: number) {
  const log: string[] = [];
  const load = async (bundle: string): Promise<LoadedVersion> => {
    if (bundle === 'broken') throw new Error('no such bundle');
    log.push(`load ${bundle}`);
    const close = async (): Promise<void> => {
      log.push(`close ${bundle}`);
      if (bundle === 'stubborn') throw new Error('it does not close');
    };
    return { bundle, engine: { close } } as unknown as LoadedVersion;
  };
  const kept = new VersionCache({ load, onLoad: (phase) => log.push(phase), max });
  const get = (bundle: string) => kept.get({ bundle, model: 'm', version: 1 });
  return { kept, get, log };
}

test('a version is loaded once, and says when', async () => {
  const { get, log } = keeping(2);
  const first = await get('a');
  expect(await get('a')).toBe(first);
  expect(log).toEqual(['loading', 'load a', 'loaded']);
});

test('the one unused for longest is closed where there are too many', async () => {
  const { get, log } = keeping(2);
  for (const bundle of ['a', 'b', 'a', 'c']) await get(bundle);
  expect(log.filter((line) => line.startsWith('close'))).toEqual(['close b']);
});

test('those that nobody will ask for any more are closed', async () => {
  const { kept, get, log } = keeping(8);
  for (const bundle of ['a', 'b', 'c']) await get(bundle);
  await kept.retain([{ bundle: 'b', model: 'm', version: 1 }]);
  expect(log.slice(-2)).toEqual(['close a', 'close c']);
  await get('b');
  expect(log).toHaveLength(11);
});

test('one that comes back for a late request goes with the next', async () => {
  const { kept, get, log } = keeping(8);
  await kept.retain([{ bundle: 'b', model: 'm', version: 1 }]);
  await get('late');
  await get('late');
  await get('b');
  expect(log.filter((line) => !line.startsWith('load'))).toEqual(['close late']);
});

test('what does not load is tried again', async () => {
  const { get, log } = keeping(8);
  await expect(get('broken')).rejects.toThrow('no such bundle');
  await expect(get('broken')).rejects.toThrow('no such bundle');
  expect(log).toEqual(['loading', 'loaded', 'loading', 'loaded']);
});

test('one that does not close is let go all the same', async () => {
  const { kept, get, log } = keeping(1);
  await get('stubborn');
  expect((await get('a')).bundle).toBe('a');
  await get('stubborn');
  await kept.retain([]);
  expect(log.filter((line) => line.startsWith('close'))).toEqual([
    'close stubborn',
    'close a',
    'close stubborn',
  ]);
});
