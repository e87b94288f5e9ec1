import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { chartOf } from './chart/chart.ts';
import { type RenderedManifest, render } from './render.ts';
import type { KubernetesSpec } from './spec.ts';
import { parseYaml, yamlOf } from './yaml.ts';

const HEAD = '# Written by `plimsoll package kubernetes`.\n';

/** Everything that `package kubernetes` writes, by its path in the folder: the same spec gives the same bytes. */
export function kubernetesFiles(spec: KubernetesSpec): ReadonlyMap<string, string> {
  const rendered = render(spec);
  const chart = chartOf(spec, rendered);
  return new Map([
    ...rendered.map(({ file, object }): [string, string] => [file, `${HEAD}${yamlOf(object)}`]),
    ['kustomization.yaml', `${HEAD}${yamlOf(kustomization(rendered))}`],
    ...[...chart].map(([path, text]): [string, string] => [`chart/${path}`, text]),
  ]);
}

const kustomization = (rendered: readonly RenderedManifest[]): object => ({
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  resources: rendered.map(({ file }) => file),
});

/**
 * Writes the folder, whole: it appears under its name once everything is in it. What an earlier run has written is replaced;
 * a folder with anything else in it is left alone: KUBERNETES_FOLDER_TAKEN. Throws FILE_UNWRITABLE.
 */
export function writeKubernetesFolder(folder: string, files: ReadonlyMap<string, string>): void {
  const path = resolve(folder);
  if (!isOurs(path)) throw new PlimsollError('KUBERNETES_FOLDER_TAKEN', { path });
  const staged = `${path}.writing`;
  try {
    rmSync(staged, { recursive: true, force: true });
    for (const [name, text] of files) {
      mkdirSync(dirname(join(staged, name)), { recursive: true });
      writeFileSync(join(staged, name), text);
    }
    rmSync(path, { recursive: true, force: true });
    renameSync(staged, path);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new PlimsollError('FILE_UNWRITABLE', { path, reason }, { cause });
  }
}

/** Whether nothing is there, or nothing but what an earlier run has written: its `kustomization.yaml` lists it. */
function isOurs(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return true;
  if (!stat.isDirectory()) return false;
  const names = readdirSync(path);
  if (names.length === 0) return true;
  const list = join(path, 'kustomization.yaml');
  if (!existsSync(list)) return false;
  const text = readFileSync(list, 'utf8');
  const known = new Set(['kustomization.yaml', 'chart', ...resourcesIn(text)]);
  return text.startsWith(HEAD) && names.every((name) => known.has(name));
}

/** Files that a `kustomization.yaml` names. Throws what YAML that is none throws. */
export function resourcesIn(text: string): readonly string[] {
  const [first] = parseYaml(text);
  const { resources } = (first ?? {}) as { readonly resources?: unknown };
  return Array.isArray(resources) ? resources.filter((name) => typeof name === 'string') : [];
}
