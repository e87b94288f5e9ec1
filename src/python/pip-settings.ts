import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/** What pip calls a setting, and the variable by which uv takes it. */
const SETTINGS: Readonly<Record<string, string>> = {
  'index-url': 'UV_DEFAULT_INDEX',
  'extra-index-url': 'UV_INDEX',
  'find-links': 'UV_FIND_LINKS',
  'trusted-host': 'UV_INSECURE_HOST',
  cert: 'SSL_CERT_FILE',
};

/** Variables and files by which a machine tells uv where packages come from. */
const OF_UV = [
  'UV_DEFAULT_INDEX',
  'UV_INDEX',
  'UV_INDEX_URL',
  'UV_EXTRA_INDEX_URL',
  'UV_FIND_LINKS',
  'UV_CONFIG_FILE',
];

/**
 * Where this machine's pip takes packages from, as variables for uv, which does not read pip's settings. Only where uv has
 * no index of its own: what a person told uv counts.
 */
export function pipSettings(variables: Variables): Readonly<Record<string, string>> {
  const home = variables['HOME'] || homedir();
  const config = variables['XDG_CONFIG_HOME'] || join(home, '.config');
  const uvFiles = [join(config, 'uv/uv.toml'), '/etc/uv/uv.toml'];
  const told =
    OF_UV.some((name) => variables[name]) || uvFiles.some((path) => /index|find-links/.test(read(path)));
  if (told) return {};
  const named = variables['PIP_CONFIG_FILE'];
  // The last one that has a setting counts (pip's order).
  const files = [
    '/etc/pip.conf',
    join(home, '.pip/pip.conf'),
    join(config, 'pip/pip.conf'),
    ...(named ? [named] : []),
  ];
  const found = new Map(files.flatMap((path) => globalSettings(read(path))));
  for (const name of Object.keys(SETTINGS)) {
    const value = variables[`PIP_${name.replaceAll('-', '_').toUpperCase()}`];
    if (value) found.set(name, value);
  }
  return Object.fromEntries(
    Object.entries(SETTINGS).flatMap(([name, variable]) => {
      const value = variables[variable] ? '' : valueForUv(name, found.get(name) ?? '');
      return value === '' ? [] : [[variable, value]];
    }),
  );
}

/** uv fails where a folder of wheels is not there, pip goes on; and it wants commas between them. */
function valueForUv(name: string, value: string): string {
  const parts = value.split(/\s+/).filter((part) => part !== '');
  if (name !== 'find-links') return parts.join(' ');
  return parts.filter((part) => !part.startsWith('/') || existsSync(part)).join(',');
}

/** Settings of the section `[global]` of a pip.conf; a value may go on in indented lines. */
function globalSettings(text: string): readonly (readonly [string, string])[] {
  const section = /^\[global\][^\n]*\n([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(text)?.[1] ?? '';
  const entries = section.replace(/\n[ \t]+(?=\S)/g, ' ').matchAll(/^([a-z-]+)\s*[=:]\s*(\S.*?)\s*$/gm);
  return [...entries].map(([, name = '', value = '']) => [name, value] as const);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, 100_000);
  } catch {
    return '';
  }
}
