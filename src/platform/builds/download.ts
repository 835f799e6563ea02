import {createWriteStream} from 'node:fs';
import {Readable, Transform} from 'node:stream';
import type {ReadableStream} from 'node:stream/web';
import {pipeline} from 'node:stream/promises';
import {DynoError} from '../../model/error.js';

/**
 * Stores what a URL answers in a new file, 0600.
 *
 * @param sizeLimit bytes
 * @throws DynoError invalid_params when it cannot be had, disk_full
 */
export async function download(url: string, path: string, sizeLimit: number, signal?: AbortSignal): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {redirect: 'follow', ...(signal ? {signal} : {})});
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const {cause, message} = error as Error;
    throw failed(url, cause instanceof Error ? cause.message : message);
  }
  if (!response.ok || !response.body) throw failed(url, `it answered ${response.status}`);
  await store(Readable.fromWeb(response.body as ReadableStream), path, sizeLimit, signal).catch((error: unknown) => {
    if (error instanceof DynoError || signal?.aborted) throw error;
    throw failed(url, (error as Error).message);
  });
}

/**
 * Streams into a new file, 0600; answers its bytes.
 *
 * @throws DynoError slug_invalid above the limit, disk_full
 */
export async function store(content: Readable, path: string, sizeLimit: number, signal?: AbortSignal): Promise<number> {
  let size = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= sizeLimit) done(null, chunk);
      else done(new DynoError('slug_invalid', {reason: `it has more than ${Math.floor(sizeLimit / 1024 / 1024)} MB`}));
    },
  });
  try {
    await pipeline(content, counted, createWriteStream(path, {mode: 0o600}), {...(signal ? {signal} : {})});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new DynoError('disk_full', {path}, error);
    throw error;
  }
  return size;
}

/** Without its query and password, which may hold a signature. */
function failed(url: string, reason: string): DynoError {
  const {protocol, host, pathname} = new URL(url);
  return new DynoError('invalid_params', {message: `${protocol}//${host}${pathname} cannot be downloaded: ${reason}.`});
}
