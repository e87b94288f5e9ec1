import { type ChangeEvent, useEffect, useId, useRef, useState } from 'react';

interface DropTargetProps {
  readonly onFile: (file: File) => void;
  /** A file is there, and another may come. */
  readonly isSmall: boolean;
}

/** Where a file is dropped, which is the whole page; with a field for those who drop nothing. */
export function DropTarget({ onFile, isSmall }: DropTargetProps) {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFile);
  latest.current = onFile;
  useEffect(() => {
    const over = (event: DragEvent): void => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      // Else the browser leaves the page, and opens the file.
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) latest.current(file);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  return (
    <div
      className={`inspect-drop ${isOver ? 'inspect-drop-over' : ''} ${isSmall ? 'inspect-drop-small' : ''}`}
    >
      {!isSmall && (
        <svg viewBox="0 0 48 48" aria-hidden="true">
          <circle cx="21" cy="21" r="12" />
          <path d="m30 30 10 10" />
        </svg>
      )}
      <p>{isSmall ? 'Drop another file here' : 'Drop a model file here'}</p>
      <Picker text={isSmall ? 'Choose another file' : 'Choose a file'} onFile={onFile} />
      {!isSmall && (
        <p className="note">
          pickle, joblib, skops, ONNX, XGBoost, LightGBM, CatBoost, PMML, torch, safetensors, Keras, and more:
          what it is, is told by its bytes
        </p>
      )}
    </div>
  );
}

/** A field of files that looks like a button, and is one to the keyboard. */
function Picker({ text, onFile }: { readonly text: string; readonly onFile: (file: File) => void }) {
  const id = useId();
  const take = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    const file = target.files?.[0];
    // The same file may be chosen again once it was mended.
    if (file !== undefined) onFile(file);
    target.value = '';
  };
  return (
    <span className="inspect-picker">
      <input id={id} type="file" className="unseen" onChange={take} />
      <label htmlFor={id} className="button button-main">
        {text}
      </label>
    </span>
  );
}
