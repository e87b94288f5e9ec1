/** What a person says about running one model with Python. */
export interface PythonDemands {
  /** Whether Python may run it at all; nothing does without. */
  readonly trust: boolean;
  /** Modules that it needs: files or folders, each importable by its own name. */
  readonly code: readonly string[];
  /** File of packages; what is not pinned there is resolved once, at registration. */
  readonly requirements: string | null;
  /** Version of Python, as far as it is given: `3`, `3.11`, `3.11.7`. */
  readonly python: string | null;
  /** Inference script: functions, a class, or what goes before and after a compiled model. */
  readonly script: string | null;
  /** What the sandbox leaves open. */
  readonly allow: readonly PythonPermission[];
}

/** What may be allowed beyond trust. */
export const PYTHON_PERMISSIONS = ['network', 'build', 'lambda'] as const;

/**
 * `network`: connections while it serves; `build`: packages without a wheel, whose own code runs when they are installed;
 * `lambda`: functions that a Keras file holds as code (`safe_mode=False`).
 */
export type PythonPermission = (typeof PYTHON_PERMISSIONS)[number];

/** Who said that a version may run with Python, and when. Kept in its manifest, in the audit log, and shown wherever it is. */
export interface TrustRecord {
  readonly by: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** What names the bundle: the file with its code, script and lock. */
  readonly digest: string;
  readonly allow: readonly PythonPermission[];
}
