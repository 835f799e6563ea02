import type {FastifyReply, FastifyRequest} from 'fastify';
import type {PlatformContext} from '../context.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One call of the API, read and checked. */
export interface ApiCall {
  context: PlatformContext;
  params: Record<string, string>;
  query: Record<string, string>;
  /** checked against the route's schema; `{}` without a body */
  body: Record<string, unknown>;
  /** `3`, `3.sdk`, … */
  variant: string;
  /** names in Accept-Expansion and Accept-Inclusion */
  expansions: Set<string>;
  request: FastifyRequest;
  reply: FastifyReply;
}

export interface Route {
  method: Method;
  /** `/apps/:app/dynos` */
  path: string;
  /** what it does, in a few words, for the tables that are made of the routes */
  title: string;
  /** definition in the published schema that the answer has, or each element of it; absent: no such definition */
  answers?: string;
  /** a list: fields that a Range may name; the first gives the order without one */
  ranges?: readonly string[];
  /** status of success, default 200; from 400 on: of the only answer, for what this machine has none of */
  status?: number;
  /** schema of the body, where the published one lacks the call or is narrower than what clients send */
  body?: Record<string, unknown>;
  /** whether one without a token may call: the path holds a secret */
  public?: boolean;
  /** Answers the JSON to send, or undefined when it has sent the reply itself. */
  handle(call: ApiCall): unknown;
}

/** A route whose URL holds a secret, or that writes its own answer, says so in `Route`; all others are the same. */
export function route(
  method: Method,
  path: string,
  options: Omit<Route, 'method' | 'path' | 'handle'>,
  handle: Route['handle'],
): Route {
  return {method, path, ...options, handle};
}
