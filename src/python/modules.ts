/**
 * Which distribution a module comes from, as far as that can be known without looking: names that are the same need no
 * row, others do. A name that is missing here is no error, it is only not recognised. Pure.
 */

/** Modules of the standard library, of Python 3.8 to 3.13 and what pickles of Python 2 call them. */
const STANDARD: ReadonlySet<string> = new Set(
  (
    '__builtin__ __future__ _codecs _collections _functools _io _operator _pickle _thread abc aifc antigravity ' +
    'argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii binhex bisect builtins bz2 ' +
    'cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent ' +
    'configparser contextlib contextvars copy copy_reg copyreg crypt csv ctypes curses dataclasses datetime dbm ' +
    'decimal difflib dis distutils doctest dummy_threading email encodings ensurepip enum errno faulthandler fcntl ' +
    'filecmp fileinput fnmatch formatter fractions ftplib functools gc genericpath getopt getpass gettext glob ' +
    'graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress ' +
    'itertools json keyword lib2to3 linecache locale logging lzma macpath mailbox mailcap marshal math mimetypes ' +
    'mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator ' +
    'optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix ' +
    'posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re ' +
    'readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site ' +
    'smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics ' +
    'string stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib ' +
    'tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback ' +
    'tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref ' +
    'webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo'
  ).split(' '),
);

/** Distributions by the module that they bring, where it is called differently. */
const RENAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sklearn: 'scikit-learn',
    skimage: 'scikit-image',
    cv2: 'opencv-python-headless',
    PIL: 'pillow',
    yaml: 'pyyaml',
    imblearn: 'imbalanced-learn',
    category_encoders: 'category-encoders',
    feature_engine: 'feature-engine',
    sksurv: 'scikit-survival',
    skopt: 'scikit-optimize',
    bs4: 'beautifulsoup4',
    dateutil: 'python-dateutil',
    attr: 'attrs',
    umap: 'umap-learn',
    pytorch_lightning: 'pytorch-lightning',
    pytorch_tabnet: 'pytorch-tabnet',
    sentence_transformers: 'sentence-transformers',
    sklearn_pandas: 'sklearn-pandas',
    sklearn_crfsuite: 'sklearn-crfsuite',
    skl2onnx: 'skl2onnx',
    interpret: 'interpret-core',
    fasttext: 'fasttext-wheel',
    google: 'protobuf',
  }),
);

/** Distributions that models are made with and that bring a module of their own name. */
const SAME: ReadonlySet<string> = new Set(
  (
    'numpy scipy pandas joblib xgboost lightgbm catboost torch torchvision torchaudio tensorflow keras onnx onnxruntime ' +
    'statsmodels prophet gensim spacy nltk transformers tokenizers safetensors mlflow pyarrow polars dill cloudpickle ' +
    'river shap hmmlearn hdbscan optuna hyperopt lifelines pmdarima sktime tslearn tpot mlxtend ngboost gpflow pymc ' +
    'patsy formulaic numba numexpr cython sympy networkx dask jax jaxlib flax fastai lightning threadpoolctl requests ' +
    'h5py fastapi pydantic tqdm'
  ).split(' '),
);

const rootOf = (module: string): string => module.replace(/\..*$/s, '');

/** Whether a module comes with Python itself. */
export const isStandardModule = (module: string): boolean => STANDARD.has(rootOf(module));

/** The distribution that brings a module (`sklearn.tree` → `scikit-learn`), or null where it is not a known one. */
export function distributionOf(module: string): string | null {
  const root = rootOf(module);
  return RENAMED.get(root) ?? (SAME.has(root) ? root : null);
}
