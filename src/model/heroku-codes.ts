/**
 * The codes that Heroku writes into an app's log: H from the router, R from the dyno manager, L from logging
 * (heroku-behaviour.md 4). The router logs from this table; `dyno explain` prints it.
 */
export interface HerokuCode {
  /** as it stands in the log: `desc="…"`, or the text in brackets after `Error R14` */
  desc: string;
  /** H codes: `at=` of the router line */
  level?: 'info' | 'warning' | 'error';
  /** H codes: HTTP status in the router line; absent where there is none or Heroku's is unknown */
  status?: number;
  /** H codes: `sock=`, the side that ended the connection */
  sock?: 'client' | 'backend';
  /** what happened */
  meaning: string;
  /** what to do about it */
  remedy: string;
}

export type RouterCode = keyof typeof routerCodes;

export const routerCodes = {
  H10: {
    desc: 'App crashed',
    level: 'error',
    status: 503,
    meaning: 'Every web dyno crashed, or did not bind $PORT in time, so no dyno can take the request.',
    remedy: 'Read why it ended: dyno logs --process web. Then fix it and deploy, or try again with: dyno restart.',
  },
  H11: {
    desc: 'Backlog too deep',
    level: 'error',
    status: 503,
    meaning: 'The app has more requests in progress than the router allows: 200 for each web dyno.',
    remedy: 'Answer faster, or add web dynos: dyno scale web+1.',
  },
  H12: {
    desc: 'Request timeout',
    level: 'error',
    status: 503,
    meaning: 'The dyno sent no byte of a response within 30 seconds of getting the complete request. It works on.',
    remedy: 'Move long work to a worker dyno, or send a first byte early and stream the rest.',
  },
  H13: {
    desc: 'Connection closed without response',
    level: 'error',
    status: 503,
    meaning: 'The dyno accepted the connection and closed it before it sent anything.',
    remedy:
      'Look for a crash or a restart at that time. A server that closes idle connections before 90 seconds also causes it: raise its keep-alive timeout.',
  },
  H14: {
    desc: 'No web processes running',
    level: 'error',
    status: 503,
    meaning: 'The app has no web dyno.',
    remedy: 'Start one: dyno scale web=1. If the app has no web process type, add one to the Procfile.',
  },
  H15: {
    desc: 'Idle connection',
    level: 'error',
    status: 503,
    meaning: 'Neither side sent a byte for 55 seconds in the middle of a response or on a WebSocket.',
    remedy: 'Send something regularly: a ping on WebSockets, a comment line on server-sent events.',
  },
  H16: {
    desc: 'Redirect to herokuapp.com',
    meaning: 'Retired; it was logged for apps on an old stack.',
    remedy: 'None needed.',
  },
  H17: {
    desc: 'Poorly formatted HTTP response',
    level: 'error',
    status: 503,
    meaning: "The dyno's response is not valid HTTP/1.1: a malformed status line, header line or chunk.",
    remedy: 'Look at the raw response, for example with: curl -v --raw from inside the dyno.',
  },
  H18: {
    desc: 'Server Request Interrupted',
    level: 'error',
    status: 503,
    sock: 'backend',
    meaning: 'The dyno closed the connection in the middle of its response.',
    remedy: 'Look for a crash or a restart at that time, and for servers that close before all is written.',
  },
  H19: {
    desc: 'Backend connection timeout',
    level: 'error',
    status: 503,
    meaning: 'No web dyno accepted a connection within 5 seconds.',
    remedy: 'The server is too busy to accept. Add processes or dynos, or find what blocks its event loop.',
  },
  H20: {
    desc: 'App boot timeout',
    level: 'error',
    status: 503,
    meaning: 'No web dyno was up within 75 seconds of the request.',
    remedy: 'Make the boot faster, and bind $PORT before slow preparations.',
  },
  H21: {
    desc: 'Backend connection refused',
    level: 'error',
    status: 503,
    meaning: 'Every web dyno that was tried refused the connection.',
    remedy: 'The server does not listen on $PORT any more, or only on 127.0.0.1. Bind it to 0.0.0.0 and $PORT.',
  },
  H22: {
    desc: 'Connection limit reached',
    level: 'error',
    status: 503,
    meaning: 'Too many client connections at the router. A local router does not send it.',
    remedy: 'Close connections that are not used.',
  },
  H23: {
    desc: 'Endpoint misconfigured',
    level: 'error',
    status: 503,
    meaning: 'Retired: a WebSocket through an endpoint without support for it.',
    remedy: 'None needed.',
  },
  H24: {
    desc: 'Forced close',
    level: 'error',
    meaning: 'The router was shut down while the request was in progress. A local router does not log it.',
    remedy: 'Send the request again.',
  },
  H25: {
    desc: 'HTTP restriction',
    level: 'error',
    status: 502,
    meaning:
      "The dyno's response breaks a limit: status line 8 KB, header line 512 KB, cookie 8 KB, or an invalid Content-Length. The log names which.",
    remedy: 'Keep the response within the limit that the log line names.',
  },
  H26: {
    desc: 'Request Error',
    level: 'error',
    status: 400,
    meaning:
      "The client's request is wrong: an Expect header other than 100-continue (417), a bad header, or a bad chunk (400). The log line names the cause.",
    remedy: 'Correct the client. The app never saw the request, or only its beginning.',
  },
  H27: {
    desc: 'Client Request Interrupted',
    level: 'warning',
    status: 499,
    sock: 'client',
    meaning: 'The client closed its connection before it had the whole response.',
    remedy: 'Usually harmless. Many of them mean that clients give up waiting: answer faster.',
  },
  H28: {
    desc: 'Client Connection Idle',
    level: 'warning',
    status: 499,
    meaning: 'The client neither sent the rest of its request nor read the response for 55 seconds.',
    remedy: 'Usually a lost network connection on the client side.',
  },
  H31: {
    desc: 'Misdirected Request',
    level: 'error',
    status: 421,
    meaning: 'The TLS server name of the connection and the Host header of the request differ.',
    remedy: 'Open a connection of its own for each host name.',
  },
  H32: {
    desc: 'TLS Certificate Mismatch',
    level: 'error',
    meaning: 'The certificate and the host name of the request do not match. A local router does not send it.',
    remedy: 'Check: dyno domains, dyno certs.',
  },
  H33: {
    desc: 'HTTP/2 Stream Broken',
    level: 'error',
    meaning: 'An HTTP/2 stream ended with a protocol error. A local router logs H27 or H18 for the side that broke it.',
    remedy: 'Send the request again.',
  },
  H34: {
    desc: 'All up dynos are quarantined',
    level: 'error',
    status: 503,
    meaning: 'Every web dyno refused connections within the last 5 seconds. A local router logs H99, as the docs say.',
    remedy: 'See H19 and H21.',
  },
  H80: {
    desc: 'Maintenance mode',
    level: 'info',
    status: 503,
    meaning: 'Maintenance mode is on: every request gets the maintenance page.',
    remedy: 'End it: dyno maintenance:off.',
  },
  H81: {
    desc: 'Blank app',
    level: 'info',
    status: 502,
    meaning: 'Nothing is deployed to the app yet.',
    remedy: 'Deploy: dyno deploy.',
  },
  H82: {
    desc: "You've used up your dyno hour pool",
    level: 'info',
    status: 503,
    meaning: 'The pool of eco dyno hours is used up. A local router does not send it.',
    remedy: 'None needed here.',
  },
  H83: {
    desc: 'Planned Service Degradation',
    level: 'info',
    meaning: 'An announced degradation of the platform. A local router does not send it.',
    remedy: 'None needed here.',
  },
  H99: {
    desc: 'Platform error',
    level: 'error',
    status: 503,
    meaning:
      'The router found no dyno to connect to within 75 seconds because all were quarantined, or it failed itself.',
    remedy: 'See H19 and H21 for dynos that do not accept; otherwise look at: dyno platform:logs.',
  },
} satisfies Record<string, HerokuCode>;

export const dynoCodes = {
  R10: {
    desc: 'Boot timeout',
    meaning: 'The web dyno did not bind $PORT within 60 seconds of its launch and was killed.',
    remedy: 'Bind to 0.0.0.0 and $PORT, and do it before slow preparations.',
  },
  R11: {desc: 'Bad bind', meaning: 'Gone since 2012: the dyno bound another port than $PORT.', remedy: 'None needed.'},
  R12: {
    desc: 'Exit timeout',
    meaning: 'The dyno did not end within 30 seconds of SIGTERM and was killed.',
    remedy: 'Handle SIGTERM: stop accepting, finish what runs, exit.',
  },
  R13: {
    desc: 'Attach error',
    meaning: 'No client attached to the one-off dyno within 30 seconds, so it was ended.',
    remedy: 'Start it again, or detached: dyno run:detached.',
  },
  R14: {
    desc: 'Memory quota exceeded',
    meaning: "The dyno uses more memory than its size's quota. It goes on, swapping.",
    remedy: 'Find the leak, run fewer processes per dyno, or use a larger size: dyno ps:resize.',
  },
  R15: {
    desc: 'Memory quota vastly exceeded',
    meaning: "The dyno used far more memory than its size's quota and was killed.",
    remedy: 'As for R14.',
  },
  R16: {
    desc: 'Detached',
    meaning: 'The client of a one-off dyno is gone and the command did not end on SIGHUP.',
    remedy: 'Stop it: dyno ps:stop.',
  },
  R17: {
    desc: 'Checksum error',
    meaning: "The slug's checksum is not the one recorded when it was made, so the dyno never starts.",
    remedy: 'Deploy again.',
  },
  R99: {
    desc: 'Platform error',
    meaning: 'The dyno manager failed itself.',
    remedy: 'Look at: dyno platform:logs.',
  },
} satisfies Record<string, HerokuCode>;

export const logCodes = {
  L10: {
    desc: 'Drain buffer overflow',
    meaning: 'A log drain took messages more slowly than the app wrote them; the oldest were dropped and counted.',
    remedy: 'Make the receiver faster, or log less.',
  },
  L11: {
    desc: 'Tail buffer overflow',
    meaning: 'A log session read more slowly than the app wrote; messages were dropped from that session.',
    remedy: 'Filter the session, for example: dyno logs --tail --process web.',
  },
  L12: {
    desc: 'Local buffer overflow',
    meaning: 'The dyno wrote faster than its output could be taken up; messages were dropped.',
    remedy: 'Log less.',
  },
  L13: {
    desc: 'Local delivery error',
    meaning: "Some of the dyno's output was lost on its way to the log.",
    remedy: 'Look at: dyno platform:logs.',
  },
  L14: {
    desc: 'Certificate validation error',
    meaning: "The certificate of a TLS drain's receiver is not valid, so nothing is sent to it.",
    remedy: "Correct the receiver's certificate, or remove the drain: dyno drains:remove.",
  },
  L15: {
    desc: 'Tail buffer temporarily unavailable',
    meaning: 'The history of the log cannot be read now.',
    remedy: 'Try again, or follow the live log: dyno logs --tail.',
  },
  L20: {
    desc: 'Tail sessions forbidden',
    meaning: 'The app writes too much for tail sessions.',
    remedy: 'Log less, or use a drain.',
  },
} satisfies Record<string, HerokuCode>;

/** All of them, by code. */
export const herokuCodes: Record<string, HerokuCode> = {...routerCodes, ...dynoCodes, ...logCodes};

/** `h12`, `H12`, `R14`, `L10`. Undefined when Heroku has no such code. */
export function findHerokuCode(code: string): (HerokuCode & {code: string}) | undefined {
  const key = code.toUpperCase();
  return Object.hasOwn(herokuCodes, key) ? {code: key, ...herokuCodes[key]!} : undefined;
}
