import type {ErrorCode} from '../../model/error.js';
import {DynoError} from '../../model/error.js';

/** Errors as Heroku tells them (platform-api.md 3). `remedy` is ours: what to type next. */
export interface ErrorBody {
  id: string;
  message: string;
  resource?: string;
  remedy?: string;
}

/** Names that the official CLI tests for when it gets a 404. */
const resourceNames: Record<string, string> = {
  'add-on': 'add_on',
  'add-on attachment': 'add_on attachment',
};

export function errorBodyOf(error: DynoError): ErrorBody {
  const {resource} = error.details;
  return {
    id: error.id,
    message: error.message,
    ...(resource === undefined ? {} : {resource: resourceNames[resource] ?? String(resource).replaceAll(' ', '_')}),
    ...(error.remedy === undefined ? {} : {remedy: error.remedy}),
  };
}

interface HttpError {
  statusCode?: number;
  code?: string;
  message: string;
}

/** Any thrown value as a DynoError; what nobody expected becomes `internal`. */
export function toDynoError(error: unknown): DynoError {
  if (error instanceof DynoError) return error;
  // A path with a stray %.
  if (error instanceof URIError) return new DynoError('bad_request', {message: 'The path is not encoded as a URL is.'});
  const {statusCode, code, message} = error as HttpError;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new DynoError('body_too_large');
  if (statusCode === 404) return new DynoError('not_found', {resource: 'resource'});
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new DynoError('bad_request' satisfies ErrorCode, {message});
  }
  return new DynoError('internal', {}, error);
}
