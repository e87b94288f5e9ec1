import { PlimsollError } from '../../core/errors.ts';

/** Reads an option that takes a whole number of at least 0. */
export const wholeNumber =
  (command: string, option: string) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
    throw new PlimsollError('USAGE', { reason: `${option} is "${text}", expected a whole number`, command });
  };
