import {renameSync, writeFileSync} from 'node:fs';

/** Replaces a file: the new one appears with all its content, or not at all. */
export function writeWhole(path: string, text: string, mode: number): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, {mode});
  renameSync(draft, path);
}
