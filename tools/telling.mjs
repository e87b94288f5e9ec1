// What is being done before anything is installed: one line, which on a terminal says how long it has been going on.
import process from 'node:process';

const TICK_MS = 200;
const SHOWN_AFTER_MS = 1000;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Says it now; `now` says what is done next in the same line, `end` leaves the line. Elsewhere than on a terminal only the first is said. */
export function telling(text, stream = process.stderr) {
  if (!stream.isTTY) {
    stream.write(`${text} …\n`);
    return { now: () => undefined, end: () => undefined };
  }
  const begun = Date.now();
  let [said, tick] = [text, 0];
  const draw = () => {
    const millis = Date.now() - begun;
    const moving =
      millis < SHOWN_AFTER_MS ? '' : ` ${FRAMES[tick++ % FRAMES.length]} ${Math.round(millis / 1000)} s`;
    stream.write(`\r\x1b[2K${said} …${moving}`);
  };
  draw();
  const timer = setInterval(draw, TICK_MS);
  return {
    now: (next) => {
      said = next;
      draw();
    },
    end: () => {
      clearInterval(timer);
      stream.write('\n');
    },
  };
}
