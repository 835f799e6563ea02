import {fixedId} from '../api/fixed-id.js';
import type {PlatformContext} from '../context.js';
import {outputUrl} from '../context.js';
import type {Slug} from '../store/slugs.js';
import type {Build} from './build-rows.js';

/** A build as the API shows it. */
export function buildJson(context: Pick<PlatformContext, 'apiUrl' | 'account'>, build: Build): Record<string, unknown> {
  return {
    app: {id: build.appId},
    buildpacks: build.buildpacks?.map((url) => ({url, ...(url.includes('://') ? {} : {name: url})})) ?? null,
    created_at: build.createdAt,
    id: build.id,
    output_stream_url: outputUrl(context, build.streamId),
    release: build.releaseId === null ? null : {id: build.releaseId},
    slug: build.slugId === null ? null : {id: build.slugId},
    source_blob: {
      checksum: build.sourceChecksum,
      url: build.sourceUrl,
      version: build.sourceVersion,
      version_description: build.sourceDescription,
    },
    stack: build.stack,
    status: build.status,
    updated_at: build.updatedAt,
    user: {id: context.account.id, email: build.userEmail},
  };
}

/** A slug as the API shows it; `blobUrl` is where its archive is put or got. */
export function slugJson(slug: Slug, blob: {method: 'get' | 'put'; url: string}): Record<string, unknown> {
  return {
    blob,
    buildpack_provided_description: slug.buildpackDescription,
    checksum: slug.checksum,
    commit: slug.commit,
    commit_description: slug.commitDescription,
    created_at: slug.createdAt,
    deleted_at: null,
    id: slug.id,
    process_types: slug.processTypes,
    size: slug.size,
    stack: {id: fixedId('stack', slug.stack), name: slug.stack},
    updated_at: slug.updatedAt,
  };
}
