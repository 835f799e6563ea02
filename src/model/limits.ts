/**
 * Every number of Heroku's that the runtime obeys, with its unit and its source.
 * Sources name sections of heroku-behaviour.md. `unverified` marks what may have to change.
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const limits = {
  /** ms from launch to a bound $PORT, web only; else R10 (2.6) */
  bootTimeoutMs: 60 * SECOND,
  /** ms from SIGTERM to SIGKILL; else R12 (2.7) */
  exitTimeoutMs: 30 * SECOND,
  /** ms a dyno lives before it is cycled (2.4) */
  cycleMs: 24 * HOUR,
  /** ms at most added at random to a dyno's cycle (2.4) */
  cycleJitterMs: 216 * MINUTE,
  /** ms to wait before the n-th consecutive restart after a crash; the last repeats (2.5) */
  crashBackoffMs: [0, 20 * MINUTE, 40 * MINUTE, 60 * MINUTE, 180 * MINUTE, 320 * MINUTE],
  /** ms a dyno must have been up for its crashes to be forgotten (2.5 says "starts correctly"; unverified) */
  crashResetMs: 60 * SECOND,
  /** ms between a crash and the restart in a private space, where Heroku has no cool-off: no hot loop (2.5) */
  spaceCrashFloorMs: 1 * SECOND,
  /** ms at most that a web dyno's requests may go on before SIGTERM, once the router has stopped choosing it */
  drainMs: 30 * SECOND,
  /** the same when the dyno is restarted in place: nobody serves meanwhile, so SIGTERM must not wait long */
  restartDrainMs: 5 * SECOND,
  /** ms that a dyno whose cycle is due waits for others of its type that are starting */
  cyclePatienceMs: 10 * MINUTE,
  /** ms: a leap of the clock up to this is meant for timeouts too; a longer one only for what takes long (docs/decisions) */
  shortLeapMs: 5 * MINUTE,
  /** ms that the clock may be advanced at once; ours: the days of a leap year */
  longestLeapMs: 366 * 24 * HOUR,
  /** ms of real time that work in flight is given when such a short leap passes its limit (docs/decisions) */
  leapPatienceMs: 5 * SECOND,
  /** ms of a web dyno's stillness after `chaos:slow-boot` */
  slowBootMs: 20 * SECOND,
  /** ms between two looks at everything the engine has, besides its events */
  engineListMs: 60 * SECOND,
  /** ms after its start that a runtime keeps dynos of apps it was not told of */
  orphanMs: 60 * SECOND,
  /** ms between two tries to reach an engine that does not answer; the last repeats */
  engineRetryMs: [500, 1 * SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND],
  /** ms before it falls silent from which on an engine that stops may end dynos: Docker's own grace, and some */
  engineStopMs: 20 * SECOND,
  /** ms that preboot waits beyond the boot timeout before it switches (2.8) */
  prebootWaitMs: 2 * MINUTE,
  /** ms without web traffic until an eco app sleeps (2.9) */
  ecoIdleMs: 30 * MINUTE,
  /** ms between samples of memory and load (2.11, 5.7) */
  sampleMs: 20 * SECOND,
  /** share of each process type that a deploy in a private space replaces at a time (1.1) */
  rollingShare: 0.25,
  /** ms a dyno that binds no port must be up until a rolling deploy goes on with the next (unverified) */
  rollingSettleMs: 5 * SECOND,

  /** dynos per app (2.12) */
  dynosPerApp: 100,
  /** running dynos of an eco app (2.12) */
  ecoDynosPerApp: 2,
  /** dynos per process type on eco and basic (2.12) */
  smallDynosPerType: 1,
  /** dynos per process type on performance, private and shield (2.12) */
  largeDynosPerType: 10,
  /** concurrent one-off dynos by tier (2.12) */
  oneOffs: {eco: 1, basic: 50, standard: 50, performance: 5, private: 5, shield: 5},
  /** ms that a release command may run (2.12) */
  releasePhaseMs: HOUR,
  /** ms a one-off dyno may ask to live, at most (2.12) */
  oneOffTtlMs: 24 * HOUR,
  /** ms without input or output until an attached one-off is hung up (2.15) */
  attachIdleMs: HOUR,
  /** ms that a one-off waits for its client; else R13 (2.15) */
  attachWaitMs: 30 * SECOND,
  /** ms between SIGHUPs after the client is lost (2.3) */
  hangupRepeatMs: 5 * SECOND,
  /** ms after the first SIGHUP until R16 (2.3) */
  hangupErrorMs: 15 * SECOND,

  /** ms to connect to a dyno (3.6) */
  connectTimeoutMs: 5 * SECOND,
  /** ms for which a router avoids a dyno it could not connect to (3.6) */
  quarantineMs: 5 * SECOND,
  /** dynos tried for one request (3.6) */
  connectAttempts: 10,
  /** ms for finding and connecting to a dyno, also while it boots; else H99 or H20 (3.6) */
  connectTotalMs: 75 * SECOND,
  /** ms from the end of the request to the first byte of the response; else H12 (3.6) */
  firstByteMs: 30 * SECOND,
  /** ms of silence after the first byte; else H15 or H28 (3.6) */
  idleMs: 55 * SECOND,
  /** ms an idle client connection is kept (3.5) */
  clientKeepAliveMs: 60 * SECOND,
  /** ms an idle connection to a dyno is kept, Router 2.0 (3.5) */
  dynoKeepAliveMs: 90 * SECOND,
  /** concurrent requests per web dyno and router; else H11 (3.6) */
  requestsPerDyno: 200,
  /** bytes of a request line (3.2) */
  requestLineBytes: 8192,
  /** bytes of one header line, Common Runtime and private space (3.2, 3.12) */
  headerLineBytes: {common: 8192, space: 512 * 1024},
  /** bytes of a header name (3.2) */
  headerNameBytes: 1000,
  /** header lines of a request (3.2) */
  headerCount: 1000,
  /** characters of a method (3.2) */
  methodBytes: 127,
  /** bytes of a response's status line (3.2) */
  statusLineBytes: 8192,
  /** bytes of a response header line; of a Set-Cookie line (3.2) */
  responseHeaderBytes: 512 * 1024,
  setCookieBytes: 8192,
  /** bytes of a response that the legacy router reads whole before it answers (3.5) */
  legacyBufferBytes: 64 * 1024,
  /** bytes of a response held for a slow client (3.5) */
  responseBufferBytes: 1024 * 1024,
  /** bytes of a request's whole head; ours: bounds what a client may make the router hold */
  requestHeadBytes: {common: 1024 * 1024, space: 4 * 1024 * 1024},
  /** bytes of a response's whole head, and its header lines; ours, as above */
  responseHeadBytes: 1024 * 1024,
  responseHeaderCount: 1000,
  /** bytes of a chunked body's trailers; ours */
  trailerBytes: 64 * 1024,
  /** interim (1xx) responses relayed for one request; ours */
  interimResponses: 16,
  /** bytes of the next requests kept while one is being answered; ours */
  pipelineBytes: 64 * 1024,
  /** bytes of responses held for slow clients, all together, before each gets less than responseBufferBytes; ours */
  responseBudgetBytes: 16 * 1024 * 1024,
  /** ms that a draining dyno's plain requests may still take before the dyno is told to stop; ours */
  routerDrainMs: 10 * SECOND,
  /** ms a closing client connection is read on, so that its last response is not lost to a reset; ours */
  lingerMs: 2 * SECOND,
  /** idle connections kept to one dyno; ours */
  idleConnectionsPerDyno: 200,
  /** requests that the router remembers for `dyno why`; ours */
  rememberedRequests: 2000,
  /** concurrent HTTP/2 streams of one connection; ours */
  http2Streams: 100,
  /** characters of a request id kept from the client (3.3) */
  requestId: {min: 20, max: 200},

  /** bytes of a log message; longer lines are cut into pieces (5.5) */
  logLineBytes: 10_000,
  /** messages of history per app (5.6) */
  logHistory: 1500,
  /** lines of `dyno logs` without -n (5.6) */
  logDefaultLines: 100,
  /** messages buffered per drain; while degraded (5.3) */
  drainBuffer: 1024,
  drainDegradedBuffer: 10,
  /** messages buffered per tail session; else L11 (5.6) */
  tailBuffer: 1024,
  /** drains per app (5.4) */
  drainsPerApp: 5,
  /** bytes of an https drain's batch; of a syslog drain's (5.3, 5.4) */
  drainBatchBytes: 102_400,
  syslogBatchBytes: 4096,
  /** ms a log session's URL lives (5.6) */
  logSessionMs: 360 * SECOND,

  /** bytes of all config var names and values of an app (6.2, unverified) */
  configBytes: 64 * 1024,
  /** bytes of a slug: hard limit, warning (6.6) */
  slugBytes: 500 * 1024 * 1024,
  slugWarnBytes: 300 * 1024 * 1024,
  /** bytes kept of what a build or a release command says; of more, the first half goes (6.6) */
  outputBytes: 300 * 1024 * 1024,
  /** ms a build may take (6.6, unverified) */
  buildMs: 15 * MINUTE,
  /** trusted IP ranges per space (1.3) */
  trustedRanges: 20,
} as const;
