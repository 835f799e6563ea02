/** A piece of a log in the form its reader asked for: whole lines. */
export interface LogChunk {
  /** id of its last message */
  lastId: string;
  text: Uint8Array;
}

/** How lines of a log travel to a client (platform-api.md 5.1). */
export interface LogForm {
  contentType: string;
  /** what may be sent at any time and means nothing */
  keepAlive: string;
  /** the last of a session that ends by itself */
  farewell: string;
  /** @param text of the message in the display format, without its newline */
  line(id: number, text: string): string;
}

/**
 * events  Server-Sent Events: the official CLI and ours; an id lets them go on where they were
 * lines   lines of text: curl and older clients
 */
export type LogFormName = 'events' | 'lines';

export const logForms: Record<LogFormName, LogForm> = {
  events: {
    contentType: 'text/event-stream',
    keepAlive: ': keep-alive\n\n',
    // The official CLI stays alive for the time it would wait until it comes back: three seconds, if nobody tells.
    farewell: 'retry: 1\n\n',
    line: (id, text) => `id: ${id}\ndata: ${text.includes('\r') ? dataOf(text) : text}\n\n`,
  },
  lines: {
    contentType: 'text/plain; charset=utf-8',
    keepAlive: '',
    farewell: '',
    line: (_id, text) => `${text}\n`,
  },
};

/** A carriage return ends a line of an event stream, so what an app writes after one needs a line of its own. */
function dataOf(text: string): string {
  return text.replace(/\r$/, '').replaceAll('\r', '\ndata: ');
}
