import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import type { OperationResult } from './operation.ts';

/** From so many characters on an answer is compressed for those who take that: two hundred endpoints are 74 kB of JSON, or 5. */
const PACKED_FROM = 1024;

/** Beside the loop, which may answer predictions. */
const packed = promisify(gzip);

/** Sends what an operation answers as JSON. */
export async function sendAnswer(
  reply: FastifyReply,
  accepted: string | undefined,
  { status, body }: OperationResult,
): Promise<FastifyReply> {
  const text = JSON.stringify(body ?? null);
  reply.status(status).type('application/json').header('vary', 'accept-encoding');
  if (text.length < PACKED_FROM || !takesGzip(accepted)) return reply.send(text);
  return reply.header('content-encoding', 'gzip').send(await packed(text, { level: 1 }));
}

/** RFC 9110, 12.5.3: `gzip;q=0` refuses it, and `*` stands for what is not named. */
function takesGzip(accepted = ''): boolean {
  const codings = accepted.split(',');
  const own =
    codings.find((one) => /^\s*gzip\s*(?:;|$)/i.test(one)) ?? codings.find((one) => /^\s*\*/.test(one));
  return own !== undefined && !/;\s*q=0(?:\.0*)?\s*$/i.test(own);
}
