/** An interpreter that is installed here. */
export interface PythonInterpreter {
  /** Full version: `3.11.7`. */
  readonly version: string;
  readonly path: string;
}

/** Packages as they are installed: everything pinned, also what packages need themselves. */
export interface PackageLock {
  /** `requirements.txt` with `==` and hashes, LF, sorted. */
  readonly text: string;
  /** sha256 over text and minor version of Python, hex; names the environment. */
  readonly digest: string;
  /** Version of each distribution, by normalised name (PEP 503). */
  readonly pins: ReadonlyMap<string, string>;
  /** Minor version of Python: `3.11`. */
  readonly python: string;
}

/** A folder of installed packages, `DATA/environments/<digest of the lock>/`, made once and never changed. */
export interface PythonEnvironment {
  readonly interpreter: PythonInterpreter;
  /** Its `site-packages`. */
  readonly packages: string;
  readonly lock: PackageLock;
}
