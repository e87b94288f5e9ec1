/** Files that were chosen for a version: what each is for, and what is wrong with them. Pure. */
import { bytesWords, plural } from '../../facts/words.ts';

/** Parts of the form that single files are sent as; `beside` files are sent with the model. */
export const ROLES = {
  file: 'The model',
  beside: 'Beside the model',
  golden: 'Golden rows',
  reference: 'Training rows',
  background: 'Background of explanations',
  reasons: 'Words of explanations',
  requirements: 'Python requirements',
  script: 'Python script',
  code: 'Python module',
  none: 'Not sent',
} as const;
export type FileRole = keyof typeof ROLES;

/** Only looked at where Python is to run the model. */
const PYTHON_ROLES: ReadonlySet<FileRole> = new Set(['requirements', 'script', 'code']);

export const rolesFor = (python: boolean): readonly FileRole[] =>
  (Object.keys(ROLES) as FileRole[]).filter((role) => python || !PYTHON_ROLES.has(role));

export interface FoundFile<Content> {
  /** Below what was dropped: `churn.joblib`, `saved/churn/model.pkl`. */
  readonly path: string;
  readonly size: number;
  readonly content: Content;
}

export interface ChosenFile<Content> extends FoundFile<Content> {
  readonly role: FileRole;
}

export interface Chosen<Content> {
  readonly files: readonly ChosenFile<Content>[];
  /** A folder that is the model as a whole; null where a file is. */
  readonly folder: { readonly name: string; readonly files: readonly FoundFile<Content>[] } | null;
  /** Hidden files that were left out. */
  readonly hidden: number;
}

export const NOTHING_CHOSEN: Chosen<never> = { files: [], folder: null, hidden: 0 };

/** As the server bounds them. */
const FOLDER_FILES = 1000;
const FOLDER_DEPTH = 16;
const BESIDE_FILES = 63;

/** What names of files say of what is in them. */
const NAMED: readonly (readonly [FileRole, RegExp])[] = [
  ['golden', /golden[^/]*\.jsonl?$/i],
  ['reasons', /reasons?[^/]*\.(ya?ml|json)$/i],
  ['background', /background[^/]*\.(csv|jsonl?|parquet)$/i],
  ['reference', /\.(csv|parquet|jsonl)$/i],
  ['requirements', /requirements[^/]*\.txt$/i],
  ['script', /^inference\.py$/i],
  ['code', /\.py$/i],
];
/** Files that are never the model itself: arrays of old joblib files, data of graphs. */
const SIDE = /(\.npy|\.data|_data|\.bin|\.index|-\d{5}-of-\d{5})$/i;

const roleOf = (path: string): FileRole => NAMED.find(([, names]) => names.test(path))?.[0] ?? 'file';

/** More files: each with the role that its name says, one of them the model. A folder replaces the one before. */
export function withFiles<C>(before: Chosen<C>, found: readonly FoundFile<C>[]): Chosen<C> {
  const seen = found.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')));
  const inFolders = seen.filter(({ path }) => path.includes('/'));
  const name = inFolders[0]?.path.split('/')[0] ?? null;
  const single = seen.filter(({ path }) => !path.includes('/'));
  const paths = new Set(single.map(({ path }) => path));
  const files = [
    ...before.files.filter(({ path }) => !paths.has(path)),
    ...single.map((file) => ({ ...file, role: roleOf(file.path) })),
  ];
  const folder = name === null ? before.folder : { name, files: inFolders };
  return {
    files: folder === null ? oneModel(files) : files.map(notModel),
    folder,
    hidden: before.hidden + found.length - seen.length,
  };
}

const notModel = <C>(file: ChosenFile<C>): ChosenFile<C> =>
  file.role === 'file' || file.role === 'beside' ? { ...file, role: 'none' } : file;

/** Of several that could be the model, the one that is no side file nor a document, and has the shortest name: `m.pkl` before `m.pkl_01.npy`. */
function oneModel<C>(files: readonly ChosenFile<C>[]): readonly ChosenFile<C>[] {
  const rank = ({ path }: ChosenFile<C>): number =>
    path.length + (SIDE.test(path) ? 2000 : 0) + (/\.json$/i.test(path) ? 1000 : 0);
  const models = files.filter(({ role }) => role === 'file' || role === 'beside');
  const [first] = models.toSorted((a, b) => rank(a) - rank(b));
  return files.map((file) => {
    if (!models.includes(file)) return file;
    return { ...file, role: file === first ? 'file' : 'beside' };
  });
}

/** Another role for one file; there is one model, and one of everything that is single. */
export function withRole<C>(chosen: Chosen<C>, path: string, role: FileRole): Chosen<C> {
  const files = chosen.files.map((file) => {
    if (file.path === path) return { ...file, role };
    return role === 'file' && file.role === 'file' ? { ...file, role: 'beside' as const } : file;
  });
  return { ...chosen, files };
}

export function withoutFile<C>(chosen: Chosen<C>, path: string): Chosen<C> {
  const files = chosen.files.filter((file) => file.path !== path);
  return { ...chosen, files: chosen.folder === null ? oneModel(files) : files };
}

export const withoutFolder = <C>(chosen: Chosen<C>): Chosen<C> => ({
  ...chosen,
  files: oneModel(
    chosen.files.map((file) => (file.role === 'none' ? { ...file, role: roleOf(file.path) } : file)),
  ),
  folder: null,
});

/** What the model is called where nobody says: its file or folder without what follows the name. */
export function modelNameOf<C>({ files, folder }: Chosen<C>): string {
  const name = folder?.name ?? files.find(({ role }) => role === 'file')?.path ?? '';
  const [stem = ''] = name.split('.');
  return stem
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
}

/** Why they cannot be sent, each with what to do; `largest` in bytes. */
export function problemsOf<C>({ files, folder }: Chosen<C>, largest: number): readonly string[] {
  const of = (role: FileRole) => files.filter((file) => file.role === role);
  const sent = files.filter(({ role }) => role !== 'none');
  const [model] = of('file');
  const inFolder = folder?.files ?? [];
  const size = folder === null ? (model?.size ?? 0) : inFolder.reduce((sum, file) => sum + file.size, 0);
  const what = folder?.name ?? model?.path ?? '';
  const roots = new Set(inFolder.map(({ path }) => path.split('/')[0]));
  const deep = inFolder.find(({ path }) => path.split('/').length > FOLDER_DEPTH);
  return [
    ...sent.flatMap(({ path, size: bytes }) =>
      bytes === 0 ? [`${path} is empty: it has no bytes. Copy it again from where it was made.`] : [],
    ),
    ...(folder !== null && size === 0
      ? [`Nothing is in the folder ${what}, but for empty and hidden files.`]
      : []),
    ...(size > largest
      ? [
          `${what} has ${bytesWords(size)}, and this server takes models of up to ${bytesWords(largest)}: half of its memory must hold what it becomes. Give the server more memory, or say how much is trusted: plimsoll push --max-model.`,
        ]
      : []),
    ...(folder === null && model === undefined && sent.length > 0
      ? ['None of these files is the model: say which one is.']
      : []),
    ...SINGLE.flatMap((role) =>
      of(role).length > 1
        ? [
            `${of(role)
              .map(({ path }) => path)
              .join(' and ')} are both “${ROLES[role]}”: one file is wanted.`,
          ]
        : [],
    ),
    ...(roots.size > 1 ? [`${[...roots].join(' and ')} are ${roots.size} folders: one is wanted.`] : []),
    ...(folder !== null && (model !== undefined || of('beside').length > 0)
      ? ['A folder and a file cannot both be the model: take one of them away.']
      : []),
    ...(inFolder.length > FOLDER_FILES
      ? [
          `${what} holds ${plural(inFolder.length, 'file')}, up to ${FOLDER_FILES} are taken: leave out what the model does not need.`,
        ]
      : []),
    ...(deep === undefined ? [] : [`${deep.path} lies deeper than ${FOLDER_DEPTH} folders.`]),
    ...(of('beside').length > BESIDE_FILES
      ? [
          `${plural(of('beside').length, 'file')} lie beside the model, up to ${BESIDE_FILES} are taken: send their folder instead.`,
        ]
      : []),
  ];
}

const SINGLE: readonly FileRole[] = [
  'golden',
  'reference',
  'background',
  'reasons',
  'requirements',
  'script',
];

/** Parts of the form in the order in which they are sent: the model first, then what lies beside it. */
export function partsOf<C>({
  files,
  folder,
}: Chosen<C>): readonly { part: string; path: string; content: C }[] {
  const of = (role: FileRole, part: string) =>
    files.filter((file) => file.role === role).map(({ path, content }) => ({ part, path, content }));
  return [
    ...(folder?.files ?? []).map(({ path, content }) => ({ part: 'folder', path, content })),
    ...of('file', 'file'),
    ...of('beside', 'file'),
    ...(['golden', 'reference', 'background', 'reasons', 'requirements', 'script', 'code'] as const).flatMap(
      (role) => of(role, role),
    ),
  ];
}
