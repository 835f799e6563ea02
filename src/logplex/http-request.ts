import type {DrainAddress} from '../model/drain.js';
import {httpsLossFrame} from './frames.js';
import type {Loss, Packet} from './message-buffer.js';

export interface DrainRequest {
  path: string;
  /** in the order in which they are sent (heroku-behaviour.md 5.3) */
  headers: [name: string, value: string][];
  body: Buffer;
}

export interface Frame {
  packet: Packet;
  /** 32 upper-case hex digits, the same on a retry */
  id: string;
  triesLeft: number;
  /** losses of the buffer that this frame tells of */
  lost: number;
}

const USER_AGENT = 'Logplex/v106';

/** The request of a frame; a loss notice goes in front when there is something to tell. */
export function drainRequest(
  address: DrainAddress,
  token: string,
  frame: Frame,
  loss: Loss,
  now: number,
): DrainRequest {
  const notice = loss.lost > 0 ? httpsLossFrame(loss.lost, loss.since, now) : '';
  const body = Buffer.from(notice + frame.packet.text);
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    path: address.path,
    headers: [
      ...(address.authorization ? ([['Authorization', address.authorization]] as [string, string][]) : []),
      ['Content-Type', 'application/logplex-1'],
      ['Logplex-Msg-Count', String(frame.packet.count + (notice ? 1 : 0))],
      ['Logplex-Frame-Id', frame.id],
      ['Logplex-Drain-Token', token],
      ['User-Agent', USER_AGENT],
      ['Host', address.explicitPort ? `${host}:${address.port}` : host],
      ['Content-Length', String(body.length)],
    ],
    body,
  };
}
