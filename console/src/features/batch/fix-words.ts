/** How rows without an answer are put right, by what is wrong with them. Pure. */

const FIXES: Readonly<Record<string, string>> = {
  number_type: 'Write a number, with a point for decimals and nothing else in the cell.',
  finite_number:
    'Write a number that a float64 holds, or leave the cell empty where the model takes missing values.',
  int_type: 'Write a whole number.',
  bool_type: 'Write true or false.',
  string_type: 'Write a text.',
  string_unicode: 'Save the file as UTF-8.',
  missing: 'Add the column that the model reads.',
  missing_value: 'Fill in the cell: the model takes no missing value there.',
  missing_key: 'Give the row a key of its own.',
  unknown_category:
    'Write one of the values that the model was trained with, or serve a version that knows this one.',
  row_length:
    'Give the record as many cells as its header has; a separator within a text wants quotes around it.',
  row_type: 'Write one object or one list a row, like the first row.',
  object_type: 'Write one JSON object a line.',
  list_type: 'Write a list as long as the one of the first row.',
  too_short: 'Add the cells that are missing.',
  too_long: 'Take out the cells that are too many.',
  json_invalid: 'Write valid JSON, one row a line.',
  text_nul: 'Take out the NUL character: PostgreSQL keeps it in no text.',
  time_range: 'Write a date from 4713 BC on.',
  KEY_DUPLICATE: 'The key came before: keep the right one of the rows, or give this one a key of its own.',
  LANE_DIED:
    'The process that scored it ended: see the log of the run. Replay it as it is, with smaller chunks if memory was short.',
  INTERNAL: 'The model failed on it: replay it with another version, and report the row.',
};

export const fixOf = (code: string): string =>
  Object.hasOwn(FIXES, code) ? (FIXES[code] ?? GENERAL) : GENERAL;

const GENERAL = 'Put the row right as its reason says, or replay it with another version of the model.';

/** Whether cells are at fault, which can be written anew. */
export const canBeMended = (code: string): boolean =>
  !['LANE_DIED', 'INTERNAL', 'KEY_DUPLICATE'].includes(code);
