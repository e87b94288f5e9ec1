import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { readTextFile } from '../files/text-file.ts';
import type { Signature } from '../model/signature.ts';
import { parseJsonBody } from '../serving/rows/parse-json.ts';

/**
 * Rows of a `.json`, `.jsonl`, `.csv` or `.parquet` file, or of standard input (`-`: JSON, JSON lines or CSV), as a `/predict`
 * body. `id` is a column beside those that a model takes.
 */
export async function readRowFile(
  path: string,
  signature: Signature,
  id: string | null = null,
): Promise<unknown> {
  if (path === STDIN) return readStandardInput(signature, id);
  if (!existsSync(path)) throw new PlimsollError('FILE_NOT_FOUND', { path });
  switch (extname(path).toLowerCase()) {
    case '.json':
    case '.jsonl':
    case '.ndjson':
      return readJsonRows(path);
    case '.csv':
      return (await import('./csv.ts')).csvFileToBody(readTextFile(path), signature, path, id);
    case '.parquet':
      return (await import('./parquet.ts')).parquetToBody(path, signature, id);
    default: {
      const reason = `"${path}" ends in "${extname(path)}", expected .json, .jsonl, .csv or .parquet`;
      throw new PlimsollError('USAGE', { reason, command: 'predict' });
    }
  }
}

/** What a file of JSON holds, or one of a document a line. */
export const readJsonRows = (path: string): unknown =>
  extname(path).toLowerCase() === '.json'
    ? fromPandas(parseRowJson(readTextFile(path), path))
    : jsonLines(readTextFile(path), path);

const STDIN = '-';
/** Bytes of standard input; larger tables are read from files. */
const STDIN_BYTES = 2 ** 29;

async function readStandardInput(signature: Signature, id: string | null): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > STDIN_BYTES)
      throw new PlimsollError('INPUT_INVALID', {
        problem: `standard input: more than ${STDIN_BYTES} bytes; write them to a file`,
      });
  }
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes))
    throw new PlimsollError('INPUT_INVALID', {
      problem: 'standard input: expected JSON, JSON lines or CSV in UTF-8',
    });
  const text = bytes.toString().replace(/^\uFEFF/, '');
  const name = 'standard input';
  if (!/^\s*[[{]/.test(text)) return (await import('./csv.ts')).csvFileToBody(text, signature, name, id);
  const lines = text.trim().split('\n');
  const isLines = lines.length > 1 && lines.every((line) => /^\s*(?:\{.*\}|\[.*\])?\s*$/.test(line));
  return isLines ? jsonLines(text, name) : fromPandas(parseRowJson(text, name));
}

/** What `DataFrame.to_json(orient="split")` writes, as a server takes it. */
function fromPandas(body: unknown): unknown {
  const isSplit =
    isRecord(body) &&
    Array.isArray(body['columns']) &&
    Array.isArray(body['data']) &&
    Object.keys(body).every((key) => key === 'columns' || key === 'data' || key === 'index');
  return isSplit ? { dataframe_split: body } : body;
}

function jsonLines(text: string, path: string): unknown[] {
  const rows: unknown[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() !== '') rows.push(parseRowJson(line, `${path} line ${i + 1}`));
  });
  return rows;
}

/** The value of a text. Throws INPUT_INVALID, which names where it stands. */
export function parseRowJson(text: string, where: string): unknown {
  try {
    return parseJsonBody(text);
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    const problem = error.message.replace(/^body/, where);
    throw new PlimsollError('INPUT_INVALID', { problem });
  }
}
