import {mkdirSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import {makeOwnFolder, whyNotOwn} from '../../files/own-folder.js';
import type {RuntimeLayout} from '../../model/home-layout.js';

/** What has to be there before a runtime is asked for, or started. @throws Error: the socket's place is somebody else's */
export function makeRuntimeFolders({root, socket}: RuntimeLayout): void {
  mkdirSync(root, {recursive: true, mode: 0o700});
  if (dirname(socket) !== root) makeOwnFolder(dirname(socket));
}

/** With all that is in them; what is somebody else's is let be. */
export function removeRuntimeFolders({root, socket}: RuntimeLayout): void {
  rmSync(root, {recursive: true, force: true});
  const folder = dirname(socket);
  if (folder !== root && whyNotOwn(folder) === null) rmSync(folder, {recursive: true, force: true});
}
