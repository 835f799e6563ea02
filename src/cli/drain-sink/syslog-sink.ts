import type {Socket} from 'node:net';
import {LogplexFrameReader} from '../../model/logplex-frame.js';
import type {SinkOptions} from './sink-options.js';

/** Reads the frames of a syslog drain's connections. There is nothing to answer: a status has no meaning here. */
export function readFrames({
  behaviour = {kind: 'accept'},
  onFrames,
  onMalformed,
}: SinkOptions): (socket: Socket) => void {
  return (socket) => {
    const reader = new LogplexFrameReader();
    // A drain that goes away resets its connection at will.
    socket.on('error', () => undefined);
    if (behaviour.kind === 'hang') return void socket.pause();
    socket.on('data', (chunk: Buffer) => {
      if (behaviour.kind === 'close') return void socket.destroy();
      if (behaviour.kind === 'slow') {
        socket.pause();
        setTimeout(() => socket.resume(), behaviour.delayMs);
      }
      try {
        const frames = reader.read(chunk);
        if (frames.length > 0) onFrames(frames, {headers: [], status: null});
      } catch (error) {
        onMalformed?.(error as Error);
        socket.destroy();
      }
    });
  };
}
