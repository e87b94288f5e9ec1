import { type ChangeEvent, type DragEvent, useId, useState } from 'react';
import { droppedFiles, type FoundContent, listedFiles } from './dropped-files.ts';

interface DropZoneProps {
  readonly onFiles: (files: readonly FoundContent[]) => void;
  /** Files are there, and more may come. */
  readonly isSmall: boolean;
}

/** Where files are dropped, with fields for those who drop nothing. */
export function DropZone({ onFiles, isSmall }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  const [problem, setProblem] = useState('');
  const drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault();
    setOver(false);
    try {
      onFiles(await droppedFiles(event.dataTransfer));
      setProblem('');
    } catch {
      setProblem('What was dropped could not be read: it may have been moved meanwhile. Drop it again.');
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a drop is for a mouse; the fields in it are for everybody
    <div
      className={`upload-drop ${isOver ? 'upload-drop-over' : ''} ${isSmall ? 'upload-drop-small' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      {!isSmall && (
        <svg viewBox="0 0 48 48" aria-hidden="true">
          <path d="M24 32V12m0 0-8 8m8-8 8 8M8 34v6h32v-6" />
        </svg>
      )}
      <p>
        {isSmall
          ? 'Drop more files here: golden rows, training rows'
          : 'Drop a model here, a file or a folder'}
      </p>
      <div className="upload-drop-fields">
        <Picker text={isSmall ? 'Add files' : 'Choose files'} onFiles={onFiles} />
        {!isSmall && <Picker text="Choose a folder" isFolder onFiles={onFiles} />}
      </div>
      {problem !== '' && (
        <p className="bad" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

interface PickerProps {
  readonly text: string;
  readonly isFolder?: boolean;
  readonly onFiles: DropZoneProps['onFiles'];
}

/** A field of files that looks like a button, and is one to the keyboard. */
function Picker({ text, isFolder = false, onFiles }: PickerProps) {
  const id = useId();
  const take = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    onFiles(listedFiles(target.files ?? []));
    // The same file may be chosen again once it was mended.
    target.value = '';
  };
  return (
    <span className="upload-picker">
      <input
        id={id}
        type="file"
        multiple
        className="unseen"
        onChange={take}
        {...(isFolder ? { webkitdirectory: '' } : {})}
      />
      <label htmlFor={id} className="button">
        {text}
      </label>
    </span>
  );
}
