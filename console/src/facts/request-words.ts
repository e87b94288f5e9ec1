/** Why a request took as long as it did, in words. Pure. */
import type { ControlOperations } from '../api/generated/control-api.ts';
import { millisWords, plural } from './words.ts';

export type RecentRequest =
  ControlOperations['GET /api/v1/endpoints/{endpoint}/requests']['answer']['items'][number];
export type StageName = keyof RecentRequest['stages'];

/** In the order in which they pass. */
export const STAGE_WORDS: Readonly<Record<StageName, string>> = {
  receive: 'reading the body',
  queue: 'waiting',
  load: 'loading the version',
  preprocess: 'decoding',
  predict: 'scoring',
  explain: 'explaining',
  postprocess: 'encoding',
  failed: 'until it failed',
};

export const STAGE_NAMES = Object.keys(STAGE_WORDS) as readonly StageName[];

export interface StagePart {
  readonly name: StageName;
  readonly millis: number;
  /** Of the whole, 0 to 1; `from` is where it begins. */
  readonly from: number;
  readonly share: number;
}

/** Stages that took time, in their order. */
export function stageParts({
  stages,
  millis,
}: Pick<RecentRequest, 'stages' | 'millis'>): readonly StagePart[] {
  let spent = 0;
  return STAGE_NAMES.flatMap((name) => {
    const from = spent;
    spent += stages[name];
    return stages[name] > 0
      ? [{ name, millis: stages[name], from: from / millis, share: stages[name] / millis }]
      : [];
  });
}

/** What a part must take of the whole, and in milliseconds, to be spoken of. */
const WORTH_SAYING = { share: 0.25, millis: 1 };

/** Codes of refusals that people meet, as they are said of one request. */
const REFUSALS: Readonly<Record<string, string>> = {
  DEADLINE_EXCEEDED: 'refused: it could not be answered before its deadline',
  OVERLOADED: 'refused: there was too much work ahead of it',
  INPUT_INVALID: 'refused: its rows are not what the model takes',
  BODY_TOO_LARGE: 'refused: its body is too large',
  MEMORY_EXCEEDED: 'refused: it would have taken too much memory',
  MEDIA_TYPE_UNKNOWN: 'refused: its body is of a type that is not read here',
  INTERNAL: 'failed: see the log of the server for its id',
};

const AHEAD: Readonly<Record<RecentRequest['place'], string>> = {
  loop: 'on the loop',
  thread: 'in a thread',
  process: 'in a process of the version',
};

/** A sentence on where the time of a request went, or why it was refused. */
export function requestSentence(request: RecentRequest): string {
  const { outcome, code, millis, place, ahead, stages } = request;
  if (outcome === 'cancelled') return `Its client left after ${millisWords(millis)}`;
  if (outcome !== 'ok') {
    const said = REFUSALS[code ?? ''] ?? (outcome === 'error' ? 'failed' : 'refused');
    const waited = stages.queue > 1 ? `, after ${millisWords(stages.queue)}` : '';
    return capitalised(`${said}${waited}`);
  }
  const told = [
    ...(stages.load > 0 ? [`the version was loaded first (${millisWords(stages.load)})`] : []),
    ...stageParts(request)
      .filter(
        ({ name, share, millis: part }) =>
          share >= WORTH_SAYING.share && part >= WORTH_SAYING.millis && name !== 'load',
      )
      .toSorted((a, b) => b.millis - a.millis)
      .map(({ name, millis: part }) => partWords(name, part, ahead)),
  ];
  return capitalised([`scored ${AHEAD[place]}`, ...told].join('; '));
}

function partWords(name: StageName, millis: number, ahead: number): string {
  const took = millisWords(millis);
  if (name === 'queue') return `waited ${took}${ahead > 0 ? ` behind ${plural(ahead, 'other')}` : ''}`;
  if (name === 'receive') return `its body took ${took} to come`;
  if (name === 'explain') return `its explanation took ${took}`;
  return `${STAGE_WORDS[name]} took ${took}`;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How it ended, in a word or a code. */
export const endWords = ({ status, code, outcome }: RecentRequest): string =>
  code !== null ? `${status} ${code}` : outcome === 'cancelled' ? 'client left' : String(status);
