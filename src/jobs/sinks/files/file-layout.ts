import { dirname } from 'node:path';
import { digestOf, requireSpace } from '../../../disk/durable.ts';
import type { LayoutContext, PublishLayout } from './layout.ts';
import { merge } from './merge.ts';

/** All parts become one file. */
export function fileLayout({ run, target, staging }: LayoutContext): PublishLayout {
  const { format, path } = target;
  const candidate = `merged.${format}`;
  return {
    find: async (part) => staging.path(part),
    assemble: async (accounts) => {
      const parts = accounts.flatMap(({ part }) => part ?? []);
      const bytes = parts.reduce((sum, { size }) => sum + size, 0);
      await requireSpace(dirname(path), bytes);
      const paths = parts.map(({ name }) => staging.path(name));
      await merge(staging.path(candidate), { parts: paths, bytes, columns: run.columns, format });
      const rows = accounts.reduce((sum, { counts }) => sum + counts.ok, 0);
      return { candidate, target: path, rows, digest: await digestOf(staging.path(candidate)), replaced: [] };
    },
    withdraw: async () => {
      // All of it is in the staging folder.
    },
  };
}
