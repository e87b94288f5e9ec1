import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageFiles } from './files.ts';
import { digestOfBytes } from './gzip.ts';
import { blobPath } from './layout.ts';
import { writeOutput } from './output.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'plimsoll-output-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** A layout with one layer, which says that it was made here; `labels` are those of its configuration. */
async function layout(folder: string, text: string, labels: object = { 'plimsoll.model.name': 'x' }) {
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
  const keep = (content: string) => {
    const digest = digestOfBytes(content);
    writeFileSync(blobPath(folder, digest), content);
    return { digest, size: content.length };
  };
  const config = keep(JSON.stringify({ config: { Labels: labels } }));
  const manifest = keep(JSON.stringify({ config, layers: [keep(text)] }));
  writeFileSync(join(folder, 'oci-layout'), '{}');
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ manifests: [manifest] }));
  return { folder, text };
}
const write = (output: string, text = 'one') => writeOutput(output, (folder) => layout(folder, text));
const blobs = (path: string) => readdirSync(join(path, 'blobs/sha256')).sort();
const left = (path: string) => readdirSync(path).filter((name) => name.startsWith('.'));
/** The layer that the index leads to, whatever else lies there. */
function layerOf(path: string): string {
  const files = imageFiles(path)!;
  const documentAt = (name: string) => JSON.parse(files.read(name)!.toString());
  const blobAt = (digest: string) => `blobs/sha256/${digest.slice(7)}`;
  const { layers } = documentAt(blobAt(documentAt('index.json').manifests[0].digest));
  return files.read(blobAt(layers[0].digest))!.toString();
}

describe('an image that is written', () => {
  it('is a folder or an archive, in folders that are made for it', async () => {
    for (const name of ['deep/er/image', 'other/image.tar']) {
      expect(await write(join(home, name))).toEqual({ folder: join(home, name), text: 'one' });
      expect(layerOf(join(home, name))).toBe('one');
    }
    expect([...left(join(home, 'deep/er')), ...left(join(home, 'other'))]).toEqual([]);
  });

  it('replaces the one before, of which nothing stays, in the folder that is there: it may be mounted', async () => {
    const path = join(home, 'image');
    mkdirSync(path);
    const { ino } = statSync(path);
    await write(path, 'one');
    writeFileSync(join(path, 'blobs/sha256/stale'), 'x');
    await write(path, 'two');
    expect([statSync(path).ino, layerOf(path), blobs(path).length, left(path)]).toEqual([ino, 'two', 3, []]);
    const archive = join(home, 'image.tar');
    writeFileSync(archive, '');
    for (const text of ['one', 'two']) await write(archive, text);
    expect(layerOf(archive)).toBe('two');
  });

  it('goes where a link leads to', async () => {
    mkdirSync(join(home, 'disk'));
    symlinkSync(join(home, 'disk'), join(home, 'link'));
    await write(join(home, 'link'));
    expect(layerOf(join(home, 'disk'))).toBe('one');
  });

  it('leaves the one before as it was where something stops it', async () => {
    const path = join(home, 'image');
    await write(path, 'one');
    const failing = writeOutput(path, async (folder) => {
      await layout(folder, 'two');
      throw new Error('the registry is gone');
    });
    await expect(failing).rejects.toThrow('the registry is gone');
    expect([layerOf(path), blobs(path).length, left(path)]).toEqual(['one', 3, []]);
  });
});

describe('what is not an image of ours', () => {
  const others: [string, (path: string) => Promise<unknown> | unknown][] = [
    ['a folder with other files', (path) => writeFileSync(join(path, 'thesis.txt'), 'x')],
    [
      'an image with a file beside it',
      async (path) => {
        await layout(path, 'one');
        writeFileSync(join(path, 'thesis.txt'), 'x');
      },
    ],
    ['an image of somebody else', (path) => layout(path, 'one', { maintainer: 'somebody' })],
    [
      'a layout with several images',
      async (path) => {
        await layout(path, 'one');
        const { manifests } = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8'));
        writeFileSync(join(path, 'index.json'), JSON.stringify({ manifests: [...manifests, ...manifests] }));
      },
    ],
  ];
  it.each(others)('is never replaced: %s', async (_, make) => {
    const path = join(home, 'taken');
    mkdirSync(path);
    await make(path);
    const before = readdirSync(path, { recursive: true }).sort();
    await expect(write(path, 'two')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE', details: { path } });
    expect(readdirSync(path, { recursive: true }).sort()).toEqual(before);
  });

  it('is never replaced where it came while the image was made', async () => {
    const path = join(home, 'late');
    const late = writeOutput(path, async (folder) => {
      mkdirSync(path);
      writeFileSync(join(path, 'thesis.txt'), 'x');
      return layout(folder, 'one');
    });
    await expect(late).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    expect(readdirSync(path)).toEqual(['thesis.txt']);
  });

  it('is never replaced: an archive of something else, a file, a folder that ends in .tar', async () => {
    writeFileSync(join(home, 'backup.tar'), Buffer.alloc(10_240, 'x'));
    writeFileSync(join(home, 'notes'), 'x');
    mkdirSync(join(home, 'folder.tar'));
    for (const name of ['backup.tar', 'notes', 'folder.tar'])
      await expect(write(join(home, name))).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    expect(readFileSync(join(home, 'backup.tar'), 'utf8')).toBe('x'.repeat(10_240));
  });

  it('or cannot be written at all, is told so with the place', async () => {
    writeFileSync(join(home, 'notes'), 'x');
    for (const path of [join(home, 'notes/image'), join(home, 'notes/deep/image'), '/proc/nowhere/image'])
      await expect(write(path), path).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    await expect(write('/proc/image')).rejects.toMatchObject({ details: { path: '/proc/image' } });
    const elsewhere = writeOutput(join(home, 'image'), async () => {
      mkdirSync(join(home, 'notes/cache'));
      return { folder: '' };
    });
    const details = { path: join(home, 'notes/cache') };
    await expect(elsewhere).rejects.toMatchObject({ code: 'FILE_UNWRITABLE', details });
  });
});

describe('a process that is ended while it writes', () => {
  const PROGRAM = `
    const { writeOutput } = await import(process.argv[1]);
    await writeOutput(process.argv[2], async (folder) => {
      const { mkdirSync } = await import('node:fs');
      mkdirSync(folder);
      console.log('writing');
      return new Promise(() => setInterval(() => undefined, 1000));
    });`;
  async function writing(path: string): Promise<ChildProcess> {
    const module = new URL('./output.ts', import.meta.url).href;
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, module, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout!, 'data');
    return child;
  }

  it('leaves nothing behind, and ends as whoever ended it expects', async () => {
    const child = await writing(join(home, 'image'));
    expect(left(home)).toHaveLength(1);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
    expect(readdirSync(home)).toEqual([]);
  });

  it('without a chance to clear away leaves what is no image, and is cleared away a day later', async () => {
    const child = await writing(join(home, 'image'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const [rest] = left(home);
    await write(join(home, 'image'));
    expect([existsSync(join(home, 'image/index.json')), left(home)]).toEqual([true, [rest]]);
    utimesSync(join(home, rest!), 1, 1);
    await write(join(home, 'other.tar'));
    expect(left(home)).toEqual([]);
  });
});
