import {STATUS_CODES} from 'node:http';
import type {RouterCode} from '../model/heroku-codes.js';
import type {RoutedApp} from './routed-app.js';

export interface Page {
  lines: string;
  body: Buffer;
}

/** The page of an app's request that ends with `code`. */
export function pageFor(code: RouterCode, status: number, app: RoutedApp): Page {
  if (code === 'H26' || code === 'H31') return plainPage(status);
  if (code === 'H80') {
    return errorPage('Offline for Maintenance', 'This app is undergoing maintenance.', app.maintenancePageUrl);
  }
  if (code === 'H81') return errorPage('Nothing here yet', 'Nothing has been deployed to this app.', app.errorPageUrl);
  const text = `An error occurred in the application. Its log tells more: dyno logs -a ${app.name}`;
  return errorPage('Application error', text, app.errorPageUrl);
}

/** A host that no app here has. */
export function noSuchAppPage(): Page {
  return errorPage('No such app', 'There is no app here with this host name.');
}

/**
 * The page for an error of the router's own (heroku-behaviour.md 3.11). With a URL of the app's it is an iframe of that
 * URL, which the browser fetches; without one it is complete in itself, since nothing here phones home.
 */
function errorPage(title: string, text: string, url?: string): Page {
  const content = url === undefined ? `<h1>${escape(title)}</h1><p>${escape(text)}</p>` : frame(url);
  const body = Buffer.from(
    `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>${escape(title)}</title>` +
      '<style>html,body{margin:0;height:100%;font-family:sans-serif;text-align:center;color:#444}' +
      'h1{padding-top:20vh;font-weight:normal}iframe{border:0;width:100%;height:100%}</style>' +
      `</head><body>${content}</body></html>\n`,
  );
  return {lines: 'Content-Type: text/html; charset=utf-8\r\nCache-Control: no-cache, no-store\r\n', body};
}

/** Plain text for what belongs to no app: a bad request, an untrusted address. */
export function plainPage(status: number): Page {
  const body = Buffer.from(`${status} ${STATUS_CODES[status] ?? ''}\n`);
  return {lines: 'Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-cache, no-store\r\n', body};
}

function frame(url: string): string {
  return `<iframe src="${escape(url)}"></iframe>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
