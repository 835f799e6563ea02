import {expect} from 'chai';
import {CursorLocator} from '../../../src/engine/docker/locate.js';
import type {LogEntry} from '../../../src/engine/docker/log-entries.js';
import {AttachTracker, type AttachCursor, parseCursor} from '../../../src/engine/docker/output-cursor.js';
import type {StreamName} from '../../../src/engine/docker/raw-stream.js';

const START = Date.UTC(2026, 10, 22, 6, 17, 2);

/** A log of one line per 10 ms. */
function log(lines: string[], stream: StreamName = 'stdout', from = 0): LogEntry[] {
  return lines.map((line, index) => ({
    stamp: `${new Date(START + (from + index) * 10).toISOString().slice(0, 23)}000000Z`,
    stream,
    piece: Buffer.from(line),
  }));
}

/** The cursor of a reader that saw these pieces, at the times of log(). */
function cursorAfter(pieces: [string, StreamName, number][]): AttachCursor {
  const tracker = new AttachTracker();
  let text = '';
  for (const [piece, stream, index] of pieces) text = tracker.take(Buffer.from(piece), stream, START + index * 10 + 1);
  return parseCursor(text) as AttachCursor;
}

function locate(cursor: AttachCursor, entries: LogEntry[]) {
  const locator = new CursorLocator(cursor);
  entries.forEach((entry) => locator.read(entry));
  return locator.found().cursor;
}

function lostSince(cursor: AttachCursor, entries: LogEntry[]) {
  const locator = new CursorLocator(cursor);
  entries.forEach((entry) => locator.read(entry));
  return locator.found().lostSince;
}

describe('place of a cursor in a log', () => {
  const lines = Array.from({length: 40}, (_, n) => `line ${n}\n`);
  const entries = log(lines);

  it('is after as many bytes as were delivered, within a line too', () => {
    const cursor = cursorAfter([
      ...lines.slice(0, 7).map((line, n): [string, StreamName, number] => [line, 'stdout', n]),
      ['line', 'stdout', 7],
    ]);
    expect(locate(cursor, entries)).to.deep.equal({kind: 'log', stdout: [entries[7]!.stamp, 4], stderr: null});
  });

  it('is exact among lines that are all alike', () => {
    const same = log(Array.from({length: 100}, () => 'tick\n'));
    const cursor = cursorAfter(
      Array.from({length: 63}, (_, n): [string, StreamName, number] => ['tick\n', 'stdout', n]),
    );
    expect(locate(cursor, same).stdout).to.deep.equal([same[62]!.stamp, 5]);
  });

  it('is found by the last bytes when the beginning of the log is gone', () => {
    const long = Array.from({length: 400}, (_, n) => `line ${n}\n`);
    const all = log(long);
    const cursor = cursorAfter(long.slice(0, 350).map((line, n): [string, StreamName, number] => [line, 'stdout', n]));
    expect(locate(cursor, all.slice(300)).stdout).to.deep.equal([all[349]!.stamp, 9]);
  });

  it('is found when the log dropped something before it', () => {
    const long = Array.from({length: 400}, (_, n) => `line ${n}\n`);
    const all = log(long);
    const cursor = cursorAfter(long.slice(0, 350).map((line, n): [string, StreamName, number] => [line, 'stdout', n]));
    const dropped = all.filter((_, n) => n < 100 || n > 120);
    expect(locate(cursor, dropped).stdout).to.deep.equal([all[349]!.stamp, 9]);
  });

  it('is the nearest in time among alike lines of a log that was cut', () => {
    const all = log(Array.from({length: 1000}, () => 'tick\n'));
    const cursor = cursorAfter(
      Array.from({length: 700}, (_, n): [string, StreamName, number] => ['tick\n', 'stdout', n]),
    );
    expect(locate(cursor, all.slice(500)).stdout).to.deep.equal([all[699]!.stamp, 5]);
  });

  it('is after the last entry not later than the delivery when nothing else is known', () => {
    const cursor = cursorAfter([['never logged, because the disk was slow\n', 'stdout', 12]]);
    expect(locate(cursor, entries).stdout).to.deep.equal([entries[12]!.stamp, Buffer.byteLength(lines[12]!)]);
  });

  it('is gone when the log begins later: something after it is, too', () => {
    const all = log(Array.from({length: 1000}, (_, n) => `line ${n}\n`));
    const cursor = cursorAfter([
      ['line 0\n', 'stdout', 0],
      ['line 1\n', 'stdout', 1],
    ]);
    expect(lostSince(cursor, all)).to.equal(null);
    expect(lostSince(cursor, all.slice(500))).to.equal(cursor.stdout.time);
    expect(locate(cursor, all.slice(500)).stdout).to.equal(null);
    expect(lostSince(cursor, [])).to.equal(null);
  });

  it('is gone although the log has lines that look alike', () => {
    const all = log(Array.from({length: 1000}, () => 'tick\n'));
    const cursor = cursorAfter(
      Array.from({length: 60}, (_, n): [string, StreamName, number] => ['tick\n', 'stdout', n]),
    );
    expect(lostSince(cursor, all.slice(500))).to.equal(cursor.stdout.time);
    expect(lostSince(cursor, all.slice(59))).to.equal(null);
  });

  it('is the beginning of a stream of which nothing was delivered', () => {
    const cursor = cursorAfter([['line 0\n', 'stdout', 0]]);
    const both = [...entries, ...log(['oh\n'], 'stderr', 3)];
    expect(locate(cursor, both)).to.deep.equal({kind: 'log', stdout: [entries[0]!.stamp, 7], stderr: null});
  });
});

describe('cursors', () => {
  it('that cannot be read are none', () => {
    expect(parseCursor('nonsense')).to.equal(null);
    expect(parseCursor('{"kind":"other"}')).to.equal(null);
  });
});
