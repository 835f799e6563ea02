import {formatLogEntry} from '../../model/log.js';
import type {LogRecord} from '../../runtime/protocol.js';

/** How lines of a log travel to a client. */
export interface LogForm {
  contentType: string;
  /** what may be sent at any time and means nothing */
  keepAlive: string;
  /** the last of a session that ends by itself */
  farewell: string;
  line(record: LogRecord): string;
}

/** Server-Sent Events: the official CLI and ours; an id lets them go on where they were. */
export const eventForm: LogForm = {
  contentType: 'text/event-stream',
  keepAlive: ': keep-alive\n\n',
  // The official CLI stays alive for the time it would wait until it comes back: three seconds, if nobody tells.
  farewell: 'retry: 1\n\n',
  line: (record) => {
    const data = formatLogEntry(record)
      .split(/\r?\n/)
      .map((part) => `data: ${part}\n`);
    return `id: ${record.id}\n${data.join('')}\n`;
  },
};

/** Lines of text: curl and older clients. */
export const chunkForm: LogForm = {
  contentType: 'text/plain; charset=utf-8',
  keepAlive: '',
  farewell: '',
  line: (record) => `${formatLogEntry(record)}\n`,
};
