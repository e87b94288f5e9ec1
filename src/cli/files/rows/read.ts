import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import type { Signature } from '../../../model/signature.ts';
import { parseJsonBody } from '../../../serving/rows/parse-json.ts';
import { readTextFile } from '../text-file.ts';

/** Rows of a `.json`, `.jsonl`, `.csv` or `.parquet` file as a `/predict` body. */
export async function readRowFile(path: string, signature: Signature): Promise<unknown> {
  if (!existsSync(path)) throw new PlimsollError('FILE_NOT_FOUND', { path });
  switch (extname(path).toLowerCase()) {
    case '.json':
    case '.jsonl':
    case '.ndjson':
      return readJsonRows(path);
    case '.csv':
      return (await import('./csv.ts')).csvFileToBody(readTextFile(path), signature, path);
    case '.parquet':
      return (await import('./parquet.ts')).parquetToBody(path, signature);
    default: {
      const reason = `--input "${path}" ends in "${extname(path)}", expected .json, .jsonl, .csv or .parquet`;
      throw new PlimsollError('USAGE', { reason, command: 'predict' });
    }
  }
}

/** What a file of JSON holds, or one of a document a line. */
export const readJsonRows = (path: string): unknown =>
  extname(path).toLowerCase() === '.json'
    ? parseJson(readTextFile(path), path)
    : jsonLines(readTextFile(path), path);

function jsonLines(text: string, path: string): unknown[] {
  const rows: unknown[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() !== '') rows.push(parseJson(line, `${path} line ${i + 1}`));
  });
  return rows;
}

function parseJson(text: string, where: string): unknown {
  try {
    return parseJsonBody(text);
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    const problem = error.message.replace(/^body/, where);
    throw new PlimsollError('INPUT_INVALID', { problem });
  }
}
