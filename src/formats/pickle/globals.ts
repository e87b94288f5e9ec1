import { PlimsollError } from '../../core/errors.ts';
import type { NamedGlobal } from '../../model/description.ts';
import type { ReadBudget } from '../budget.ts';
import { describeValue, isType, type PyGlobal, type PyValue } from './value.ts';

/**
 * Modules whose every attribute runs code, reaches the system, or loads more pickles. Only a description for people:
 * nothing is ever resolved, so a name missing here is no hole.
 */
const DANGEROUS_MODULES = new Set(
  (
    'os posix nt ntpath posixpath sys subprocess commands pty shutil socket ssl ctypes _ctypes importlib imp runpy code codeop ' +
    'pickle _pickle cPickle dill cloudpickle marshal types webbrowser asyncio multiprocessing threading signal ' +
    'timeit profile cProfile trace bdb pdb doctest pip pydoc venv ensurepip http urllib urllib2 requests httplib ftplib ' +
    'smtplib telnetlib xmlrpc tempfile glob pathlib io _io zipimport site inspect gc linecache platform idlelib lib2to3 ' +
    'logging torch aiohttp uuid sqlite3 operator functools itertools distutils setuptools numpy.testing ' +
    'numpy.f2py nturl2path mailcap cgi resource pkgutil'
  ).split(' '),
);
/** Names of the modules above whose records this reader turns into values. */
const DECODED = new Set(['dill._dill._create_array', 'dill._dill._load_type']);
/** Attributes of the modules above, and of builtins, that are plain data. */
const HARMLESS = new Set(
  (
    'io.BytesIO uuid.UUID itertools.count functools.partial types.SimpleNamespace operator.itemgetter logging.getLogger ' +
    // pathlib's classes live in pathlib._local from Python 3.13 on.
    ['pathlib', 'pathlib._local']
      .flatMap((module) =>
        'Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath'
          .split(' ')
          .map((name) => `${module}.${name}`),
      )
      .join(' ')
  ).split(' '),
);
const BUILTINS = new Set(['builtins', '__builtin__', '__builtins__']);
const PLAIN_BUILTINS = new Set(
  (
    'object int long float complex bool str unicode bytes bytearray list tuple dict set frozenset slice range xrange ' +
    'Ellipsis NotImplemented type reversed enumerate zip map filter len sum min max abs sorted round print'
  ).split(' '),
);

/** Names whose records this reader turns into values, or whose classes its model readers look at. */
const KNOWN_MODULES =
  /^(?:sklearn|numpy|scipy\.sparse|pandas|joblib\.numpy_pickle(?:_compat)?|collections|copyreg|copy_reg|_codecs|_loss|datetime|pyarrow\.lib|xgboost|lightgbm|catboost|category_encoders|feature_engine|imblearn|sklearn_pandas|sklearn2pmml)(?:\.|$)/;

/** How a name reads to people: `dangerous` names are the material of code-execution gadgets. */
function globalMeaning(module: string, name: string): NamedGlobal['meaning'] {
  if (BUILTINS.has(module))
    return PLAIN_BUILTINS.has(name) ? 'known' : isException(name) ? 'unknown' : 'dangerous';
  if (DECODED.has(`${module}.${name}`)) return 'known';
  if (HARMLESS.has(`${module}.${name}`)) return 'unknown';
  const parts = module.split('.');
  if (DANGEROUS_MODULES.has(parts[0]!) || DANGEROUS_MODULES.has(parts.slice(0, 2).join('.')))
    return 'dangerous';
  // A dotted attribute walks from a harmless module to anything it imported: `numpy` + `os.system`.
  if (name.includes('.') && name.split('.').some((part) => DANGEROUS_MODULES.has(part))) return 'dangerous';
  return KNOWN_MODULES.test(module) ? 'known' : 'unknown';
}

const isException = (name: string): boolean => /(?:Error|Exception|Warning)$/.test(name);

const isGetattr = (value: PyValue | undefined): boolean =>
  isType(value, 'global') && BUILTINS.has(value.module) && value.name === 'getattr';

/**
 * Whether arguments of `getattr` are those of a method, which Python pickles as `getattr(owner, 'name')` (scipy's
 * distributions among the parameters of a RandomizedSearchCV, `tokenizer=str.split`): an instance of a harmless class,
 * or a built-in type, and a plain name. From a module, another class, or another such result, `getattr` walks to
 * anything.
 */
function isMethod([owner, name]: readonly PyValue[]): boolean {
  if (typeof name !== 'string' || !/^(?!__)[A-Za-z_]\w*$/.test(name)) return false;
  if (isType(owner, 'global')) return BUILTINS.has(owner.module) && PLAIN_BUILTINS.has(owner.name);
  return isType(owner, 'object') && globalMeaning(owner.cls.module, owner.cls.name) !== 'dangerous';
}

const keyOf = ({ module, name }: Pick<PyGlobal, 'module' | 'name'>): string => `${module}\n${name}`;

/** Collects every global that a file names, once each, at its first offset. */
export class GlobalLog {
  readonly #seen = new Map<string, NamedGlobal>();
  readonly #called = new Set<string>();
  readonly #budget: ReadBudget;
  #methods = 0;
  #otherGetattrs = 0;

  constructor(budget: ReadBudget) {
    this.#budget = budget;
  }

  get list(): readonly NamedGlobal[] {
    const harmless = this.#methods > 0 && this.#otherGetattrs === 0;
    return Array.from(this.#seen, ([key, global]) => ({
      ...global,
      ...(harmless && isGetattr({ type: 'global', ...global }) ? { meaning: 'unknown' as const } : {}),
      ...(this.#called.has(key) ? { called: true as const } : {}),
    }));
  }

  /** Whether a name is the material of code-execution gadgets. */
  isDangerous({ module, name }: PyGlobal): boolean {
    return globalMeaning(module, name) === 'dangerous';
  }

  /** Notes what REDUCE calls. */
  called(callable: PyValue): void {
    if (isType(callable, 'global')) this.#called.add(keyOf(callable));
  }

  /** Notes a call or a construction: `getattr` is harmless only where every use of it takes a method. */
  used(callable: PyValue, args: readonly PyValue[]): void {
    if (isGetattr(callable) && isMethod(args)) this.#methods += 1;
    else if (isGetattr(callable) || (isType(callable, 'object') && isGetattr(callable.cls)))
      this.#otherGetattrs += 1;
  }

  /** The record of a name; both parts must be strings (STACK_GLOBAL takes what lies on the stack). */
  record(module: PyValue, name: PyValue, what: string, offset: number): PyGlobal {
    for (const part of [module, name]) this.#checkPart(part, what, offset);
    const global = { module: module as string, name: name as string, offset };
    const key = keyOf(global);
    if (!this.#seen.has(key)) {
      this.#budget.count('globals', what, offset);
      this.#budget.chargeObjects(300 + 2 * key.length, what, offset);
      this.#seen.set(key, { ...global, meaning: globalMeaning(global.module, global.name) });
    }
    return { type: 'global', ...global };
  }

  #checkPart(part: PyValue, what: string, offset: number): void {
    const wanted = 'a module and an attribute name, both strings';
    if (typeof part !== 'string')
      throw new PlimsollError('READ_CORRUPT', { what, offset, found: describeValue(part), wanted });
    this.#budget.check('nameChars', part.length, what, offset);
    if (part === '' || /[\0\r\n]/.test(part)) {
      throw new PlimsollError('READ_CORRUPT', { what, offset, found: describeValue(part), wanted });
    }
  }
}
