/** What `package vertex` writes: the document, which is the deployment, and what it comes to. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { PlimsollError } from '../../core/errors.ts';
import { readDocumentFile } from '../document-file.ts';
import type { VertexDocument } from './document.ts';
import { parseVertexDocument } from './parse.ts';
import { permissionsOf } from './permissions.ts';
import { requestsOf } from './requests.ts';

const DOCUMENT = 'vertex.yaml';
const ROLE = 'role.yaml';
const REQUESTS = 'requests';
const OWN = new Set([DOCUMENT, ROLE, REQUESTS]);

/** Every file by its path in the folder. `written` is the document as it was given: with what was left out left out. */
export function vertexFiles(document: VertexDocument, written: unknown): ReadonlyMap<string, string> {
  const head = `# A deployment on Vertex AI; docs/vertex.md lists the settings.\n#   plimsoll deploy vertex plan ${DOCUMENT}\n`;
  const role = {
    title: 'Plimsoll deployer',
    description: `What deploying ${document.deployment} needs`,
    stage: 'GA',
    includedPermissions: permissionsOf(document).project,
  };
  const requests = requestsOf(document).map((request, i) => {
    const number = String(i + 1).padStart(2, '0');
    return [`${REQUESTS}/${number}-${request.what}.json`, `${JSON.stringify(request, null, 2)}\n`] as const;
  });
  return new Map([
    [DOCUMENT, head + stringify(written)],
    [
      ROLE,
      `# gcloud iam roles create plimsollDeployer --project ${document.project} --file ${ROLE}\n${stringify(role)}`,
    ],
    ...requests,
  ]);
}

/** Writes them into a folder that is new, empty or written by us. Throws VERTEX_FOLDER_TAKEN. */
export function writeVertexFolder(folder: string, files: ReadonlyMap<string, string>): void {
  const isFile = existsSync(folder) && !statSync(folder).isDirectory();
  const there = existsSync(folder) && !isFile ? readdirSync(folder) : [];
  if (isFile || there.some((name) => !OWN.has(name)))
    throw new PlimsollError('VERTEX_FOLDER_TAKEN', { path: folder });
  rmSync(join(folder, REQUESTS), { recursive: true, force: true });
  mkdirSync(join(folder, REQUESTS), { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
}

/** The document of a folder, or of a file. Throws FILE_NOT_FOUND, VERTEX_INVALID, VERTEX_UNSUPPORTED. */
export function readVertexDocument(path: string): {
  readonly document: VertexDocument;
  readonly written: unknown;
} {
  const { file, written } = readDocumentFile(path, DOCUMENT, 'VERTEX_INVALID');
  return { document: parseVertexDocument(written, file), written };
}
