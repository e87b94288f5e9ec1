/** Cron lines as people say them; a line that is not as usual stands for itself. Pure. */

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** `every day at 02:30`: five fields, or six with seconds before them. */
export function cronWords(line: string): string {
  const fields = line.trim().split(/\s+/);
  const [second = '0', minute, hour, day, month, weekday] = fields.length === 6 ? fields : ['0', ...fields];
  const plain = `cron ${line}`;
  if (minute === undefined || hour === undefined || month !== '*') return plain;
  const often = oftenWords(second, minute, hour);
  if (often !== null) return day === '*' && weekday === '*' ? often : plain;
  const time = timeOf(hour, minute, second);
  const days = daysOf(day ?? '*', weekday ?? '*');
  return time === null || days === null ? plain : `${days} at ${time}`;
}

/** Several times an hour or a day; null where it is none of the usual. */
function oftenWords(second: string, minute: string, hour: string): string | null {
  if (stepOf(second) !== null && minute === '*' && hour === '*') return `every ${stepText(second, 'second')}`;
  if (!isNumber(second)) return null;
  if (hour === '*' && stepOf(minute) !== null) return `every ${stepText(minute, 'minute')}`;
  if (!isNumber(minute)) return null;
  const past = Number(minute) === 0 ? 'on the hour' : `at ${Number(minute)} min past`;
  if (hour === '*') return `every hour, ${past}`;
  return stepOf(hour) === null ? null : `every ${stepText(hour, 'hour')}, ${past}`;
}

const stepOf = (field: string): number | null => {
  if (field === '*') return 1;
  const step = /^(?:\*|0)\/(\d+)$/.exec(field)?.[1];
  return step === undefined ? null : Number(step);
};

const stepText = (field: string, unit: string): string => {
  const step = stepOf(field) ?? 1;
  return step === 1 ? unit : `${step} ${unit}s`;
};

function timeOf(hour: string, minute: string, second: string): string | null {
  const hours = hour.split(',');
  if (![...hours, minute, second].every(isNumber)) return null;
  const rest = `${minute.padStart(2, '0')}${Number(second) === 0 ? '' : `:${second.padStart(2, '0')}`}`;
  return listed(hours.map((one) => `${one.padStart(2, '0')}:${rest}`));
}

function daysOf(day: string, weekday: string): string | null {
  if (day === '*' && weekday === '*') return 'every day';
  if (weekday === '*')
    return day.split(',').every(isNumber) ? `every month on day ${listed(day.split(','))}` : null;
  if (day !== '*') return null;
  const days = weekday.split(',').map(dayWords);
  return days.includes(null) ? null : `every ${listed(days.flatMap((one) => one ?? []))}`;
}

function dayWords(part: string): string | null {
  const ends = part.split('-').map(dayOf);
  const [from = null, to = null] = ends;
  if (from === null) return null;
  if (ends.length === 1) return from;
  return to === null ? null : `${from} to ${to}`;
}

const dayOf = (text: string): string | null => {
  const named = NAMES.indexOf(text.toLowerCase());
  const number = /^[0-7]$/.test(text) ? Number(text) : named;
  return DAYS[number] ?? null;
};

const isNumber = (field: string): boolean => /^\d{1,2}$/.test(field);

const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
