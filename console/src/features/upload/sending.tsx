import { bytesWords, shareWords } from '../../facts/words.ts';
import { Button } from '../../ui/button.tsx';

interface SendingProps {
  readonly sent: number;
  readonly all: number;
  readonly onCancel: () => void;
}

/** How far the bytes have come. */
export function Sending({ sent, all, onCancel }: SendingProps) {
  const isThere = all > 0 && sent >= all;
  return (
    <div className="panel-body upload-sending">
      <label>
        {isThere ? 'All bytes are there' : 'Sending'}
        <progress value={all === 0 ? 0 : sent / all} />
      </label>
      <p aria-live="polite">
        {isThere
          ? 'The server reads the file, and gives it the number of a version. One file is checked at a time: others may be ahead of it.'
          : all === 0
            ? 'Connecting.'
            : `${bytesWords(sent)} of ${bytesWords(all)}, ${shareWords(Math.floor((100 * sent) / all) / 100)}`}
      </p>
      {!isThere && <Button onClick={onCancel}>Stop sending</Button>}
    </div>
  );
}
