import { KERAS_BACKENDS, type KerasBackend } from '../../config/keras-backend.ts';
import { hasKey } from '../../core/record.ts';
import type { SourceFramework } from '../../model/description.ts';
import { compareVersions } from '../../python/versions.ts';

/**
 * What networks need, by the release that wrote the file: it alone is known to read it. Rows go to them as arrays of numpy. Null
 * where the file is none of a network. Pure.
 */
export function networkRequirements(
  format: string,
  framework: SourceFramework,
  backend: KerasBackend | null,
): readonly string[] | null {
  const { version } = framework;
  switch (format) {
    case 'torch':
      return ['numpy', pinned('torch', version)];
    case 'safetensors':
      return ['numpy', 'safetensors', 'torch'];
    case 'saved-model':
      return [ofTensorflow(version)];
    case 'keras':
    case 'keras-hdf5':
      return ofKeras(framework, backend);
    default:
      return null;
  }
}

/** Release of a version: what builds call themselves behind it (`+cu132`) is no other release, and not in every index. */
const releaseOf = (version: string | null): string | null =>
  /^v?(\d+(?:\.\d+)+)(?:\+[a-z0-9.]+)?$/i.exec(version ?? '')?.[1] ?? null;

/** Nightly builds and what has no number are any release. */
function pinned(name: string, version: string | null): string {
  const release = releaseOf(version);
  return release === null ? name : `${name}==${release}`;
}

/** The oldest TensorFlow of which there are wheels for a Python that is supported; newer ones read what it wrote. */
const OLDEST_TENSORFLOW = '2.8';

function ofTensorflow(version: string | null): string {
  const release = releaseOf(version);
  return release === null || compareVersions(release, OLDEST_TENSORFLOW) < 0
    ? 'tensorflow'
    : `tensorflow==${release}`;
}

/** Keras 2 is part of the TensorFlow of the same number; from 3 on a backend goes beside it: TensorFlow, where nothing says another. */
function ofKeras(
  { version, backend: written }: SourceFramework,
  asked: KerasBackend | null,
): readonly string[] {
  const release = releaseOf(version);
  if (release !== null && compareVersions(release, '3') < 0) {
    const [major, minor] = release.split('.');
    return [
      compareVersions(release, OLDEST_TENSORFLOW) < 0 ? 'tensorflow' : `tensorflow==${major}.${minor}.*`,
    ];
  }
  const chosen = asked ?? written;
  const backend = chosen !== undefined && hasKey(KERAS_BACKENDS, chosen) ? chosen : 'tensorflow';
  return [...new Set([pinned('keras', version), KERAS_BACKENDS[backend], 'numpy'])].sort();
}
