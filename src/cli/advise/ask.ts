/** Asks on a terminal for what is needed. */
import { createInterface } from 'node:readline';
import { hanging } from '../../text/wrap.ts';
import { type KnownNeeds, promptOf, type Question } from './questions.ts';

/** Characters of a line. */
const WIDTH = 80;

/** Whether somebody is there to answer. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

export interface Asking {
  readonly questions: readonly Question[];
  readonly known: KnownNeeds;
  /** What is wrong with a need as it was answered; null where nothing is. */
  readonly problemOf: (needs: KnownNeeds, need: string) => string | null;
  /** Makes a value of an answer. */
  readonly readAnswer: (need: string, answer: string) => unknown;
}

/**
 * The needs that were known, and what was answered: an empty answer takes what the question offers, `?` says what it is for, and what is
 * no good is asked again. After the end of the input nothing more is asked.
 */
export async function askNeeds({ questions, known, problemOf, readAnswer }: Asking): Promise<KnownNeeds> {
  const needs: Record<string, unknown> = { ...known };
  const isOpen = ({ need, isAsked }: Question): boolean => needs[need] === undefined && isAsked(needs);
  if (!questions.some(isOpen)) return needs;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // As in any other command: readline would only close.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  // Lines that come before they are asked for, as when they are pasted, wait in it.
  const lines = terminal[Symbol.asyncIterator]();
  const say = (text: string): boolean => process.stderr.write(`${hanging('  ', text, WIDTH)}\n`);
  try {
    say('An empty answer takes what is in brackets; ? says what a question is for.');
    for (const question of questions) {
      const { need, why } = question;
      while (isOpen(question)) {
        terminal.setPrompt(promptOf(question, needs));
        terminal.prompt();
        const { value: line, done } = await lines.next();
        if (done === true) return needs;
        const answer = line.trim();
        if (answer === '' && question.otherwise(needs) !== null) break;
        const value = readAnswer(need, answer);
        const isQuestion = answer === '' || answer === '?';
        const problem = isQuestion ? why : problemOf({ ...needs, [need]: value }, need);
        if (problem === null) needs[need] = value;
        else say(problem);
      }
    }
    return needs;
  } finally {
    terminal.close();
  }
}
