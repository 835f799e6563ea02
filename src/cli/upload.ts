import type {Api} from '../client/api.js';
import {formatSize} from './size.js';

export interface Upload {
  /** where the platform reads the archive */
  url: string;
  files: number;
  /** packed, as text */
  size: string;
}

/** Packs a directory straight into the platform; nothing is kept on the way. */
export async function uploadDirectory(api: Api, directory: string): Promise<Upload> {
  const {packDirectory} = await import('../client/pack.js');
  const packing = packDirectory(directory);
  try {
    const source = await api.createSource();
    await api.uploadSource(source, packing.archive);
    return {url: source.source_blob.get_url, files: packing.files, size: formatSize(packing.bytes)};
  } catch (error) {
    // What the platform makes of an upload that breaks off says nothing of why it did.
    throw packing.archive.errored ?? error;
  } finally {
    packing.archive.destroy();
  }
}
